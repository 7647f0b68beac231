import * as Effect from "effect/Effect"
import { ZerowireError } from "../../error/mod.ts"
import type { Connection } from "./connection.ts"
import { reset } from "./teardown.ts"

/**
 * Resets a connection on which what comes next can never be sent: after a FIN the peer would take what
 * came before for the whole. What is under way fails with `Aborted`, of which this is the cause.
 */
export function resetBecause(connection: Connection, cause: unknown): void {
  connection.stop(cause)
  Effect.runForkWith(connection.stack.services)(reset(connection))
}

/** The same, when `failure` kept a chunk from being sent. A ZerowireError says that sending had ended already. */
export function breakOff(connection: Connection, failure: unknown): void {
  if (!(failure instanceof ZerowireError)) resetBecause(connection, failure)
}
