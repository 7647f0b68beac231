import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { ZerowireError } from "../../error/mod.ts"
import type { Connection } from "./connection.ts"
import { isDelivered, whenDelivered } from "./delivery.ts"
import { endNow } from "./finish.ts"
import { closeGracefully, type CloseReport, conclude, concludeNow, orReset } from "./teardown.ts"
import { toRest } from "./to_rest.ts"

/**
 * As `closeGracefully`, by a promise; the limits are milliseconds. Most connections have sent everything and
 * wait for the peer alone. They are closed without a fiber, which would cost more than all the rest.
 */
export function close(
  connection: Connection,
  stallTimeout: number,
  linger = 0,
): Promise<CloseReport> {
  const failedBefore = connection.failed
  if (linger === 0 && endNow(connection)) return closeWhenDelivered(connection, stallTimeout)
  // It has failed with what was left to send, and of that the caller knows nothing.
  if (connection.failed && !failedBefore) return end(connection, true)
  const lingering = linger > 0 ? Duration.millis(linger) : undefined
  return run(connection, closeGracefully(connection, Duration.millis(stallTimeout), lingering))
}

function closeWhenDelivered(connection: Connection, limit: number): Promise<CloseReport> {
  return new Promise((resolve, reject) => {
    const done = (delivered: boolean) => {
      const report = delivered ? concludeNow(connection) : undefined
      if (report === undefined) return end(connection, delivered).then(resolve, reject)
      const { resting } = connection.stack.reactor
      if (resting === undefined) resolve(report)
      else resting.then(() => resolve(report))
    }
    if (isDelivered(connection)) done(true)
    else whenDelivered(connection, limit, done)
  })
}

const end = (connection: Connection, delivered: boolean): Promise<CloseReport> =>
  run(connection, conclude(connection, delivered).pipe(orReset(connection)))

const run = <A>(connection: Connection, effect: Effect.Effect<A, ZerowireError>): Promise<A> =>
  Effect.runPromiseWith(connection.stack.services)(toRest(connection.stack, effect))
