import * as Effect from "effect/Effect"
import { acknowledgesAll, sentBytesOf } from "./acknowledged.ts"
import type { Connection } from "./connection.ts"
import { StallWatch } from "./stall_watch.ts"

/** Whether nothing is in flight and the peer's kernel has everything, including the FIN. */
export const isDelivered = (connection: Connection): boolean => {
  connection.queue.carrier.reap()
  return connection.queue.held === 0 && acknowledgesAll(connection)
}

/**
 * Calls `done` with true once it is delivered; or with false if nothing has moved for `limit` milliseconds, or up
 * to a tenth longer. Bytes that the peer sends meanwhile are thrown away. Returns a function that ends the wait.
 *
 * Copied bytes have no notification, but the acknowledgement of the FIN comes after all others and is an event
 * of the file descriptor, because the connection changes its state (`tcp_rcv_state_process` in
 * net/ipv4/tcp_input.c).
 *
 * The wait also ends when the connection fails: nothing more will be acknowledged, and everything may have been.
 */
export function whenDelivered(
  connection: Connection,
  limit: number,
  done: (delivered: boolean) => void,
): () => void {
  const { queue } = connection
  let leave = () => {}
  const stop = () => {
    watch.end()
    leave()
  }
  const end = (delivered: boolean) => {
    stop()
    done(delivered)
  }
  const step = () => {
    if (connection.state === "closed" || isDelivered(connection)) return end(true)
    if (queue.held > 0) {
      leave = queue.whenReleased((kept) => kept === undefined ? step() : end(true))
    } else if (queue.failed) end(true)
    else leave = queue.whenAcknowledged(sentBytesOf(connection), step)
  }
  const watch = new StallWatch(connection, limit, () => end(false))
  watch.begin()
  step()
  return stop
}

/** Succeeds with what `whenDelivered` tells. */
export const untilDelivered = (connection: Connection, limit: number): Effect.Effect<boolean> =>
  Effect.callback((resume) => {
    const done = (delivered: boolean) => resume(Effect.succeed(delivered))
    return Effect.sync(whenDelivered(connection, limit, done))
  })
