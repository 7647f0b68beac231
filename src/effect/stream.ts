import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type * as Pull from "effect/Pull"
import * as Stream from "effect/Stream"
import type { NonEmptyReadonlyArray } from "effect/Array"
import { ZerowireError } from "../error/mod.ts"
import { type Connection, insideOf, type Socket } from "../tcp/mod.ts"

/**
 * The bytes that the peer sends, until its FIN. Nothing is received before the stream is pulled. A second
 * run of the stream continues where the first one stopped.
 *
 * Only one reader may wait for bytes at a time, this stream or `readable`; a second one is a defect.
 *
 * Fails with ConnectionLost, SocketClosed or Aborted.
 */
export const stream = (socket: Socket): Stream.Stream<Uint8Array<ArrayBuffer>, ZerowireError> =>
  Stream.fromPull(
    Effect.sync(() => receiving(insideOf(socket, { action: "receive", example }).connection)),
  )

/** The received bytes in chunks, as many as there are, up to a limit. Waits for the first byte. */
export function receiving(connection: Connection): Receiving {
  const { receiver } = connection
  const pull: Receiving = Effect.suspend(() => {
    const chunks: Uint8Array<ArrayBuffer>[] = []
    try {
      while (chunks.length < chunksPerPull && receive(connection, chunks) > 0);
    } catch (failure) {
      if (!(failure instanceof ZerowireError)) throw failure
      // Bytes that came before the failure are delivered first. The failure stays, and the next pull
      // meets it.
      if (chunks.length === 0) return Effect.fail(failure)
    }
    if (isNonEmpty(chunks)) return Effect.succeed(chunks)
    if (receiver.ended) return Cause.done()
    if (receiver.waiting) throw new TypeError(oneReader)
    return Effect.andThen(receiver.untilReadable, pull)
  })
  return pull
}

/** Pulls bytes until the peer's FIN. */
export type Receiving = Pull.Pull<NonEmptyReadonlyArray<Uint8Array<ArrayBuffer>>, ZerowireError>

/** Receives one chunk, if there is any, and returns what `receiveNow` returns. */
function receive({ receiver }: Connection, chunks: Uint8Array<ArrayBuffer>[]): number {
  const buffer = spare ??= new ArrayBuffer(chunkBytes)
  const n = receiver.bytes.receiveNow(buffer, 0, chunkBytes)
  if (n <= 0) return n
  if (n < chunkBytes / 2) {
    chunks.push(new Uint8Array(buffer.slice(0, n)))
  } else {
    // Anything that a smaller chunk left in the buffer is in the half that was just overwritten.
    spare = undefined
    chunks.push(new Uint8Array(buffer, 0, n))
  }
  return n
}

/** One buffer for all sockets, because waiting sockets hold none. */
let spare: ArrayBuffer | undefined

const isNonEmpty = <A>(array: A[]): array is [A, ...A[]] => array.length > 0

const example = "stream(socket)"
const oneReader =
  "Cannot receive: another reader already waits for bytes of this socket. Run one stream at a " +
  "time, or read `readable`"

const chunkBytes = 64 * 1024
/** The most that one pull delivers. It should be worth the steps of a fiber. */
const chunksPerPull = 8
