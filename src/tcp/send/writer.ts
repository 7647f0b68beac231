import * as Effect from "effect/Effect"
import type { ZerowireError } from "../../error/mod.ts"
import type { Memory } from "../../kernel/port.ts"
import type { Released } from "../../pieces/mod.ts"
import { breakOff } from "../connection/break_off.ts"
import type { Connection } from "../connection/connection.ts"
import type { Ownership } from "./ownership.ts"

/** What to wait for before the next chunk; nothing when it may come at once. */
export type Pause = Effect.Effect<void, ZerowireError> | undefined

/**
 * The writing of chunks, by whatever face they come: a WritableStream, a Sink of Effect, `sendFrom`.
 *
 * It is synchronous as long as the socket has room. Interruption of a pause ends the waiting alone: what
 * was written stays written.
 */
export class ChunkWriter {
  readonly #connection: Connection
  readonly #refused: (failure: unknown) => void
  #sinceTurn = 0

  /** `refused` hears of a chunk that cannot be sent before the connection is reset for it. */
  constructor(connection: Connection, refused: (failure: unknown) => void = () => {}) {
    this.#connection = connection
    this.#refused = refused
  }

  /**
   * Queues a chunk.
   *
   * @throws {TypeError} for a chunk that cannot be sent; the connection is reset.
   * @throws {ZerowireError} when nothing can be sent any more.
   */
  write(chunk: unknown, ownership?: Ownership): Pause {
    let mark: number
    try {
      mark = this.#connection.packer.write(chunk, ownership)
    } catch (failure) {
      this.#refused(failure)
      breakOff(this.#connection, failure)
      throw failure
    }
    return this.#pause(mark)
  }

  /**
   * Queues the first `length` bytes of memory that nobody else has; it comes back by `released`.
   *
   * @throws {ZerowireError} when nothing can be sent any more.
   */
  writeMemory(memory: Memory, length: number, released: Released): Pause {
    return this.#pause(this.#connection.packer.writeMemory(memory, length, released))
  }

  #pause(mark: number): Pause {
    if (mark > 0) return this.#connection.queue.untilAccepted(mark)
    // Called for every chunk; a closure in here would be paid for also when nobody waits.
    return ++this.#sinceTurn < writesPerTurn ? undefined : this.#untilTurnEnds()
  }

  #untilTurnEnds(): Pause {
    const { queue, stack } = this.#connection
    this.#sinceTurn = 0
    queue.holdFlush()
    return Effect.callback((resume) => stack.reactor.turnEnd.run(() => resume(Effect.void)))
  }
}

/**
 * A producer that always has a chunk, and a socket that always has room, would go on in one turn for
 * ever; timers, signals and other sockets wait meanwhile. So many writes take a few milliseconds.
 */
const writesPerTurn = 512
