import * as Effect from "effect/Effect"
import type { ZerowireError } from "../error.ts"
import type { Connection } from "./connection.ts"
import { reset } from "./teardown.ts"

/**
 * Resets a connection on which what comes next can never be sent: after a FIN the peer would take what
 * came before for the whole. What is under way fails with `Aborted`, of which this is the cause.
 */
export function resetForGap(connection: Connection, cause: ZerowireError): void {
  connection.stop(cause)
  Effect.runForkWith(connection.engine.services)(reset(connection))
}
