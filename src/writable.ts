/**
 * The WHATWG face of the sending side.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { type ZerowireError } from "./error.ts"
import type { Connection } from "./socket/connection.ts"
import { breakOff } from "./socket/gap.ts"
import { reset } from "./socket/teardown.ts"

/**
 * A stream of bytes into a connection.
 *
 * `write` resolves when the next chunk may come: the bytes are accepted by the kernel, or queued in
 * memory that is not the producer's any more. `close` resolves when everything was accepted and the
 * FIN is queued. `abort` resets the connection and resolves when no memory is in flight; so does a
 * chunk that cannot be sent, which fails `write` with a TypeError.
 *
 * The sink is a synchronous loop; it suspends, in an Effect, only when the socket has no room.
 */
export function writableOf(
  connection: Connection,
  highWaterMark: number,
): WritableStream<Uint8Array> {
  const { intake, outgoing, engine } = connection
  const run = Effect.runPromiseWith(engine.services)
  let sinceTurn = 0
  return new WritableStream<Uint8Array>(
    {
      start(controller) {
        outgoing.onFailure(erroring(new WeakRef(controller)))
        // An abort waits for the write that is under way, so that write has to end.
        controller.signal.addEventListener("abort", () => connection.stop(controller.signal.reason))
      },
      write(chunk, controller) {
        let mark: number
        try {
          mark = intake.write(chunk)
        } catch (failure) {
          // The reset fails the stream too, for being aborted; it is to say what was wrong.
          controller.error(failure)
          breakOff(connection, failure)
          throw failure
        }
        if (mark > 0) return run(outgoing.untilAccepted(mark))
        if (++sinceTurn < writesPerTurn) return
        sinceTurn = 0
        outgoing.holdFlush()
        return new Promise((resolve) => engine.reactor.turnEnd.run(resolve))
      },
      close: () => run(finishWriting(connection)),
      abort: () => run(Effect.asVoid(reset(connection))),
    },
    // What is no chunk gets a size too, so that it comes to `write`, which says what is wrong with it.
    { highWaterMark, size: (chunk) => chunk instanceof Uint8Array ? chunk.byteLength : 1 },
  )
}

/**
 * Ends the stream with an error. It is held weakly, so that a stream that everybody has dropped can be
 * collected, and its socket with it; a closure within the stream would hold all of it.
 */
const erroring =
  (stream: WeakRef<WritableStreamDefaultController>) => (error: ZerowireError): void => {
    const controller = stream.deref()
    // A stream that is erroring already never calls `abort`, and the reset would not happen.
    if (controller?.signal.aborted === false) controller.error(error)
  }

/** Refuses further writes, sends what is queued, then a FIN. Interruption ends the waiting alone. */
export const finishWriting = (connection: Connection): Effect.Effect<void, ZerowireError> =>
  Effect.suspend(() => {
    const { intake, outgoing } = connection
    intake.flush()
    connection.endWriting()
    outgoing.pump()
    if (outgoing.failure !== undefined) return Effect.fail(outgoing.failure)
    const fin = Effect.sync(() => connection.shutdownWrite())
    if (outgoing.queuedBytes === 0) return fin
    return Effect.andThen(outgoing.untilAccepted(outgoing.writtenBytes), fin)
  })

/**
 * A producer that always has a chunk, and a socket that always has room, would go on in one turn for
 * ever; timers, signals and other sockets wait meanwhile. So many writes take a few milliseconds.
 */
const writesPerTurn = 512
