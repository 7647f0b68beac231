import * as Effect from "effect/Effect"
import { ZerowireError } from "../error/mod.ts"
import {
  ChunkWriter,
  type Connection,
  finishWritingAfterPipe,
  insideOf,
  type Ownership,
  type Socket,
  untilTurn,
  writtenByProgram,
} from "../tcp/mod.ts"

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

  /** Takes a turn for these chunks. While a pipe is under way it is a defect: a TypeError. */
  writeAll(
    chunks: readonly Uint8Array[],
    ownership: Ownership = writtenByProgram(this.#connection.packer.ownership),
  ): Effect.Effect<void, ZerowireError> {
    return failing(() => {
      const { order } = this.#connection
      this.#connection.checkCall("write")
      if (order.free) return this.#write(chunks, ownership, 0, false)
      return untilTurn(order, () => this.#write(chunks, ownership, 0, true))
    })
  }

  /** Writes in the turn that somebody has taken. */
  writeInTurn(chunks: readonly Uint8Array[]): Effect.Effect<void, ZerowireError> {
    return this.#write(chunks, writtenByProgram(this.#connection.packer.ownership), 0, true)
  }

  /** When it suspends, it takes a turn for the rest, unless there is one. */
  #write(
    chunks: readonly Uint8Array[],
    ownership: Ownership,
    from: number,
    hasTurn: boolean,
  ): Effect.Effect<void, ZerowireError> {
    return failing(() => {
      for (let i = from; i < chunks.length; i++) {
        const pause = this.#writer.write(chunks[i], ownership)
        if (pause === undefined) continue
        if (i + 1 === chunks.length) return pause
        const rest = Effect.suspend(() => this.#write(chunks, ownership, i + 1, true))
        const go = Effect.andThen(pause, rest)
        return hasTurn ? go : untilTurn(this.#connection.order, () => go)
      }
      return Effect.void
    })
  }

  /** Sends what is queued, and succeeds when the kernel has accepted everything. */
  readonly flush: Effect.Effect<void, ZerowireError> = Effect.suspend(() => {
    const { packer, queue } = this.#connection
    packer.flush()
    queue.pump()
    return queue.untilAccepted(queue.writtenBytes)
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
  Effect.suspend(() => {
    const use = { action: "end writing", example: "closeWrite(socket)" }
    return finishWritingAfterPipe(insideOf(socket, use).connection)
  })

/** What `make` answers; a ZerowireError that it throws is a failure, everything else a defect. */
export const failing = <A, R = never>(
  make: () => Effect.Effect<A, ZerowireError, R>,
): Effect.Effect<A, ZerowireError, R> =>
  Effect.suspend(() => {
    try {
      return make()
    } catch (failure) {
      if (failure instanceof ZerowireError) return Effect.fail(failure)
      throw failure
    }
  })
