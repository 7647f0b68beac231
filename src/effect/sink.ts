import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import * as Sink from "effect/Sink"
import { checkOptions, oneOf } from "../argument/mod.ts"
import type { ZerowireError } from "../error/mod.ts"
import { finishWriting, insideOf, type Place, reset, type Socket, untilTurn } from "../tcp/mod.ts"
import { sinkTaker } from "./known_options.ts"
import type { SinkOptions } from "./options.ts"
import { failing, Sender } from "./send.ts"

/**
 * Sends a stream of bytes. Succeeds when the kernel has accepted everything. The memory is released
 * later, and the socket's scope waits for that.
 *
 * It is a synchronous loop over the chunks that the stream delivers at once, and suspends when the socket
 * has no room. A lost connection fails it at once, even while the stream delivers nothing. Other calls
 * that send wait until the whole stream is sent.
 *
 * The socket's `ownership` decides who owns a chunk's memory once it is written. With `"auto"` chunks are
 * copied, because the program may use them again; use `"transfer"` if chunks are written once. A chunk
 * that cannot be sent, for example a detached one, is a defect (a TypeError) and resets the connection.
 *
 * After an interruption, bytes already taken may still be sent.
 *
 * Fails with ConnectionLost, SocketClosed, Aborted or MemoryLost. Unknown options are a defect: a
 * TypeError.
 */
export const sink = (
  socket: Socket,
  options: SinkOptions = {},
): Sink.Sink<void, Uint8Array, never, ZerowireError> =>
  Sink.fromTransform((upstream) =>
    Effect.suspend(() => {
      const { connection } = insideOf(socket, sinkTaker)
      checkOptions(sinkTaker, options)
      const endOnDone = oneOf("endOnDone", [true, false], options.endOnDone, true)
      const sender = new Sender(connection)
      const writing = (place: Place) =>
        upstream.pipe(
          Effect.flatMap((chunks) => sender.writeInTurn(chunks)),
          Effect.forever({ disableYield: true }),
          Effect.raceFirst(connection.queue.untilFailure),
          Pull.catchDone(() => {
            place.leave()
            return endOnDone ? finishWriting(connection) : sender.flush
          }),
          Effect.as<Sink.End<void>>([undefined]),
        )
      const running = failing(() => {
        connection.calls.check("run a sink")
        return untilTurn(connection.calls.order, writing)
      })
      if (!endOnDone) return running
      return Effect.onError(running, () => reset(connection))
    })
  )
