import * as Effect from "effect/Effect"
import { ZerowireError } from "../error.ts"
import { breakOff, type Connection, finishWriting, insideOf, type Socket } from "../socket.ts"
import type { Ownership } from "../socket.ts"

/**
 * Writes chunks in one synchronous loop, which suspends only when the socket has no room. Succeeds when
 * the next ones may come: the bytes are accepted by the kernel, or queued in memory that is not the
 * producer's any more. Interruption ends the waiting; it takes nothing back.
 */
export class Sender {
  readonly #connection: Connection
  #sinceTurn = 0

  constructor(connection: Connection) {
    this.#connection = connection
  }

  writeAll(
    chunks: readonly Uint8Array[],
    ownership?: Ownership,
    from = 0,
  ): Effect.Effect<void, ZerowireError> {
    return Effect.suspend(() => {
      const { intake, outgoing } = this.#connection
      for (let i = from; i < chunks.length; i++) {
        let mark: number
        try {
          mark = intake.write(chunks[i], ownership)
        } catch (failure) {
          breakOff(this.#connection, failure)
          if (failure instanceof ZerowireError) return Effect.fail(failure)
          throw failure
        }
        const pause = mark > 0 ? outgoing.untilAccepted(mark) : this.#turn()
        if (pause === undefined) continue
        if (i + 1 === chunks.length) return pause
        return Effect.andThen(pause, this.writeAll(chunks, ownership, i + 1))
      }
      return Effect.void
    })
  }

  /** Sends what is queued, and succeeds when the kernel has accepted everything. */
  readonly flush: Effect.Effect<void, ZerowireError> = Effect.suspend(() => {
    const { intake, outgoing } = this.#connection
    intake.flush()
    outgoing.pump()
    return outgoing.untilAccepted(outgoing.writtenBytes)
  })

  /** Fails when nothing can be sent any more, also while nobody sends. */
  get untilFailure(): Effect.Effect<never, ZerowireError> {
    return Effect.andThen(this.#connection.outgoing.untilAccepted(Infinity), Effect.never)
  }

  /** A producer that always has a chunk must let the event loop turn now and then. */
  #turn(): Effect.Effect<void> | undefined {
    if (++this.#sinceTurn < writesPerTurn) return undefined
    this.#sinceTurn = 0
    const { outgoing, engine } = this.#connection
    outgoing.holdFlush()
    return Effect.callback((resume) => engine.reactor.turnEnd.run(() => resume(Effect.void)))
  }
}

/**
 * Sends what is queued, then a FIN; the peer can go on sending. Succeeds when the kernel has accepted
 * everything. Interruption ends the waiting alone: the FIN still follows what was written when the
 * socket is closed.
 *
 * Fails with ConnectionLost or Aborted.
 */
export const closeWrite = (socket: Socket): Effect.Effect<void, ZerowireError> =>
  finishWriting(insideOf(socket).connection)

/** So many writes take a few milliseconds. */
const writesPerTurn = 512
