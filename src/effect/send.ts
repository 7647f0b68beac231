import * as Effect from "effect/Effect"
import { ZerowireError } from "../error.ts"
import {
  type Call,
  ChunkWriter,
  type Connection,
  finishWritingAfterPipe,
  insideOf,
  type Ownership,
  type Place,
  type Socket,
  untilTurn,
  writtenByProgram,
} from "../socket.ts"

/**
 * Writes chunks in one synchronous loop, which suspends only when the socket has no room, or somebody
 * else's turn has not ended. Succeeds when the next ones may come: the bytes are accepted by the kernel,
 * or queued in memory that is not the producer's any more. Interruption ends the waiting; it takes
 * nothing back.
 */
export class Sender {
  readonly #connection: Connection
  readonly #writer: ChunkWriter

  constructor(connection: Connection) {
    this.#connection = connection
    this.#writer = new ChunkWriter(connection)
  }

  /** While a pipe is under way it is a defect: a TypeError. */
  writeAll(
    chunks: readonly Uint8Array[],
    ownership: Ownership = writtenByProgram(this.#connection.intake.ownership),
  ): Effect.Effect<void, ZerowireError> {
    return failing(() => {
      const { order } = this.#connection
      this.#connection.checkCall("write")
      if (order.free) return this.#write(chunks, ownership, 0)
      return untilTurn(order, (place) => this.#write(chunks, ownership, 0, place))
    })
  }

  /** Keeps its place while it suspends, so that the chunks stay together. */
  #write(
    chunks: readonly Uint8Array[],
    ownership: Ownership,
    from: number,
    place?: Place,
  ): Effect.Effect<void, ZerowireError> {
    return failing(() => {
      for (let i = from; i < chunks.length; i++) {
        const pause = this.#writer.write(chunks[i], ownership)
        if (pause === undefined) continue
        if (i + 1 === chunks.length) {
          place?.leave()
          return pause
        }
        const kept = place ?? this.#connection.order.enter(nothingToDo)
        const rest = Effect.suspend(() => this.#write(chunks, ownership, i + 1, kept))
        return Effect.onExit(Effect.andThen(pause, rest), () => Effect.sync(() => kept.leave()))
      }
      place?.leave()
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
}

/**
 * Sends what is queued, then a FIN, behind whatever was asked for before; the peer can go on sending.
 * Succeeds when the kernel has accepted everything. Interruption ends the waiting alone: the FIN still
 * follows what was written when the socket is closed.
 *
 * Fails with ConnectionLost or Aborted.
 */
export const closeWrite = (socket: Socket): Effect.Effect<void, ZerowireError> =>
  finishWritingAfterPipe(insideOf(socket).connection)

/** What `make` answers; a ZerowireError that it throws is a failure, everything else a defect. */
const failing = <A>(
  make: () => Effect.Effect<A, ZerowireError>,
): Effect.Effect<A, ZerowireError> =>
  Effect.suspend(() => {
    try {
      return make()
    } catch (failure) {
      if (failure instanceof ZerowireError) return Effect.fail(failure)
      throw failure
    }
  })

const nothingToDo: Call = { begin() {}, fail() {} }
