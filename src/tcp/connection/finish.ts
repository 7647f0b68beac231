import * as Effect from "effect/Effect"
import type { ZerowireError } from "../../error/mod.ts"
import { untilTurn } from "../send/turn.ts"
import type { Connection } from "./connection.ts"

/**
 * Sends a FIN after everything that earlier calls send, and succeeds when the kernel has accepted all of
 * it. Later calls are refused. Interruption only ends the wait.
 */
export const finishWriting = (connection: Connection): Effect.Effect<void, ZerowireError> =>
  Effect.suspend(() => {
    connection.calls.end()
    return untilTurn(connection.calls.order, (place) => {
      const { packer, queue } = connection
      packer.flush()
      connection.endWriting()
      queue.pump()
      place.leave()
      if (queue.failure !== undefined) return Effect.fail(queue.failure)
      const fin = Effect.sync(() => connection.shutdownWrite())
      if (queue.queuedBytes === 0) return fin
      return Effect.andThen(queue.untilAccepted(queue.writtenBytes), fin)
    })
  })

/**
 * Begins to close: sends what is left and a FIN, if nobody comes before and the kernel takes it at once. Returns
 * whether it did. Later calls are refused.
 */
export function endNow(connection: Connection): boolean {
  const { queue, packer, receiver } = connection
  if (connection.state !== "open" || queue.failed || !connection.undisturbed) return false
  connection.startClosing()
  connection.calls.end()
  receiver.close()
  packer.flush()
  queue.pump()
  queue.end()
  if (queue.failed || queue.queuedBytes > 0) return false
  connection.shutdownWrite()
  return true
}

/** As `finishWriting`, but first waits until a pipe under way releases the stream. */
export const finishWritingAfterPipe = (
  connection: Connection,
): Effect.Effect<void, ZerowireError> =>
  Effect.suspend(() => {
    connection.calls.end()
    return Effect.andThen(untilUnpiped(connection), finishWriting(connection))
  })

/**
 * Succeeds when no pipe has the stream. Nothing reports the end of a pipe with `preventClose`, so this
 * checks now and then.
 */
export const untilUnpiped = (connection: Connection): Effect.Effect<void, ZerowireError> =>
  Effect.suspend(() => {
    const { failure } = connection.queue
    if (failure !== undefined) return Effect.fail(failure)
    if (!connection.isPipedTo) return Effect.void
    return Effect.andThen(Effect.sleep("10 millis"), untilUnpiped(connection))
  })
