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
 * Sends a stream of bytes. Succeeds when the kernel has accepted everything; the memory is released
 * later, and the scope of the socket waits for that.
 *
 * It is a synchronous loop over what the stream gives at once, and suspends when the socket has no room.
 * A connection that is lost fails it at once, also while the stream has nothing to give. What else is
 * asked of the socket meanwhile comes behind the whole of the stream.
 *
 * Whose memory a chunk is once it was written, the socket's `ownership` says. With `"auto"` it is copied,
 * because a program may use it again: say `"transfer"` where chunks are written once. A chunk that
 * cannot be sent, one that was detached for instance, is a defect, a TypeError, and resets the
 * connection.
 *
 * Interruption never un-sends: what the sink had taken may have reached the peer.
 *
 * Fails with ConnectionLost, SocketClosed, Aborted or MemoryLost. Options that there are not are a defect: a
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
        connection.checkCall("run a sink")
        return untilTurn(connection.order, writing)
      })
      if (!endOnDone) return running
      return Effect.onError(running, () => reset(connection))
    })
  )
