import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type * as Pull from "effect/Pull"
import * as Stream from "effect/Stream"
import type { NonEmptyReadonlyArray } from "effect/Array"
import { ZerowireError } from "../error/mod.ts"
import { type Connection, insideOf, type Socket } from "../tcp/mod.ts"

/**
 * What the peer sends, until its FIN. Nothing is received before somebody pulls, and what was received
 * is not received again: a second run of the stream goes on where the first one stopped.
 *
 * Only one may wait for bytes at a time, this stream or `readable`; a second one is a defect.
 *
 * Fails with ConnectionLost, SocketClosed or Aborted.
 */
export const stream = (socket: Socket): Stream.Stream<Uint8Array<ArrayBuffer>, ZerowireError> =>
  Stream.fromPull(
    Effect.sync(() => receiving(insideOf(socket, { action: "receive", example }).connection)),
  )

/** What was received, in chunks, as much of it as there is within bounds; waits for the first byte. */
export function receiving(connection: Connection): Receiving {
  const { receiver } = connection
  const pull: Receiving = Effect.suspend(() => {
    const chunks: Uint8Array<ArrayBuffer>[] = []
    try {
      while (chunks.length < chunksPerPull && receive(connection, chunks) > 0);
    } catch (failure) {
      if (!(failure instanceof ZerowireError)) throw failure
      // What came before the failure is given first; the failure stays, and the next pull meets it.
      if (chunks.length === 0) return Effect.fail(failure)
    }
    if (isNonEmpty(chunks)) return Effect.succeed(chunks)
    if (receiver.ended) return Cause.done()
    if (receiver.waiting) throw new TypeError(oneReader)
    return Effect.andThen(receiver.untilReadable, pull)
  })
  return pull
}

/** Pulls bytes; it is done at the peer's FIN. */
export type Receiving = Pull.Pull<NonEmptyReadonlyArray<Uint8Array<ArrayBuffer>>, ZerowireError>

/** Receives one chunk, if there is any, and answers what `receiveNow` does. */
function receive({ receiver }: Connection, chunks: Uint8Array<ArrayBuffer>[]): number {
  const buffer = spare ??= new ArrayBuffer(chunkBytes)
  const n = receiver.receiveNow(buffer, 0, chunkBytes)
  if (n <= 0) return n
  if (n < chunkBytes / 2) {
    chunks.push(new Uint8Array(buffer.slice(0, n)))
  } else {
    // Whatever a smaller chunk has left in the buffer lies in the half that was just overwritten.
    spare = undefined
    chunks.push(new Uint8Array(buffer, 0, n))
  }
  return n
}

/** One buffer for all sockets: those that wait hold none. */
let spare: ArrayBuffer | undefined

const isNonEmpty = <A>(array: A[]): array is [A, ...A[]] => array.length > 0

const example = "stream(socket)"
const oneReader =
  "Cannot receive: somebody waits for bytes of this socket already. Run one stream at a " +
  "time, or read `readable`"

const chunkBytes = 64 * 1024
/** What one pull brings at most, so that there is something to do for the steps of a fiber. */
const chunksPerPull = 8
