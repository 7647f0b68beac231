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
 * Writes chunks in one synchronous loop, which suspends only if the socket has no room or an earlier call
 * has not ended. Succeeds when the next chunks may come: the kernel has accepted the bytes, or they are
 * queued in memory that the producer no longer owns. Interruption ends the wait; bytes already taken may
 * still be sent.
 */
export class Sender {
  readonly #connection: Connection
  readonly #writer: ChunkWriter

  constructor(connection: Connection) {
    this.#connection = connection
    this.#writer = new ChunkWriter(connection)
  }

  /** Takes a turn for these chunks. Calling it during a pipe is a defect: a TypeError. */
  writeAll(
    chunks: readonly Uint8Array[],
    ownership: Ownership = writtenByProgram(this.#connection.packer.ownership),
  ): Effect.Effect<void, ZerowireError> {
    return failing(() => {
      const { order } = this.#connection.calls
      this.#connection.calls.check("write")
      if (order.free) return this.#write(chunks, ownership, 0, false)
      return untilTurn(order, () => this.#write(chunks, ownership, 0, true))
    })
  }

  /** Writes in a turn that was already taken. */
  writeInTurn(chunks: readonly Uint8Array[]): Effect.Effect<void, ZerowireError> {
    return this.#write(chunks, writtenByProgram(this.#connection.packer.ownership), 0, true)
  }

  /** If it suspends, it takes a turn for the rest, unless it has one. */
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
        return hasTurn ? go : untilTurn(this.#connection.calls.order, () => go)
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
 * Sends everything from earlier calls, then a FIN. The peer can go on sending. Succeeds when the kernel
 * has accepted everything. Interruption only ends the wait: the FIN still follows the written bytes when
 * the socket is closed.
 *
 * Fails with ConnectionLost or Aborted.
 */
export const closeWrite = (socket: Socket): Effect.Effect<void, ZerowireError> =>
  Effect.suspend(() => {
    const use = { action: "end writing", example: "closeWrite(socket)" }
    return finishWritingAfterPipe(insideOf(socket, use).connection)
  })

/** The result of `make`. A ZerowireError that it throws is a failure, any other error a defect. */
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
