import { ZerowireError } from "../../error/mod.ts"
import { Refusal } from "../parser/refusal.ts"
import type { Outcome } from "./options.ts"

/** Why this server has ended a connection before its response was sent. */
export class Ended extends Error {
  readonly outcome: Outcome

  constructor(outcome: Outcome, message: string) {
    super(message)
    this.outcome = outcome
  }
}

/** How a response has ended that failed for this reason. */
export function outcomeOf(failure: unknown): Outcome {
  if (failure instanceof Refusal) return late.has(failure.status) ? "timeout" : "refused"
  if (failure instanceof Ended) return failure.outcome
  if (!(failure instanceof ZerowireError)) return "failed"
  const { reason, cause } = failure
  return reason._tag === "Aborted" && cause !== undefined ? outcomeOf(cause) : "lost"
}

/** The statuses of requests and responses that took too long. */
const late = new Set([408, 503])
