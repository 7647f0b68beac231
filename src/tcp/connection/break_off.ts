import * as Effect from "effect/Effect"
import { ZerowireError } from "../../error/mod.ts"
import type { Connection } from "./connection.ts"
import { reset } from "./teardown.ts"

/**
 * Resets a connection whose next bytes can never be sent: after a FIN the peer would believe that it has
 * everything. Operations under way fail with `Aborted`, and this error is its `cause`.
 */
export function resetBecause(connection: Connection, cause: unknown): void {
  connection.stop(cause)
  Effect.runForkWith(connection.stack.services)(reset(connection))
}

/**
 * The same for a `failure` that kept a chunk from being sent. A ZerowireError means that sending had
 * already ended.
 */
export function breakOff(connection: Connection, failure: unknown): void {
  if (!(failure instanceof ZerowireError)) resetBecause(connection, failure)
}
