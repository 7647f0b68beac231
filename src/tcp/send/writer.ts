import * as Effect from "effect/Effect"
import type { ZerowireError } from "../../error/mod.ts"
import type { Memory } from "../../kernel/port.ts"
import type { Released } from "../../pieces/mod.ts"
import { breakOff } from "../connection/break_off.ts"
import type { Connection } from "../connection/connection.ts"
import type { Ownership } from "./ownership.ts"

/** What to wait for before the next chunk; nothing if it may be written at once. */
export type Pause = Effect.Effect<void, ZerowireError> | undefined

/**
 * Writes chunks for all interfaces: a WritableStream, Effect's Sink, `sendFrom`.
 *
 * It is synchronous as long as the socket has room. Interrupting a pause only ends the wait: bytes
 * already taken may still be sent.
 */
export class ChunkWriter {
  readonly #connection: Connection
  readonly #refused: (failure: unknown) => void
  #sinceTurn = 0
  /** Bytes of the queue that are counted. */
  #counted: number

  /** `refused` is called with the error of a chunk that cannot be sent, before the connection is reset. */
  constructor(connection: Connection, refused: (failure: unknown) => void = () => {}) {
    this.#connection = connection
    this.#refused = refused
    this.#counted = connection.queue.writtenBytes
  }

  /**
   * Queues a chunk.
   *
   * @throws {TypeError} if the chunk cannot be sent; the connection is then reset.
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
   * Queues the first `length` bytes of memory that nobody else can reach; it comes back through
   * `released`.
   *
   * @throws {ZerowireError} when nothing can be sent any more.
   */
  writeMemory(memory: Memory, length: number, released: Released): Pause {
    return this.#pause(this.#connection.packer.writeMemory(memory, length, released))
  }

  #pause(mark: number): Pause {
    // Called for every chunk. A closure here would cost something even if nobody waits.
    const { queue, stack } = this.#connection
    const { writtenBytes } = queue
    const many = stack.turnBytes.add(writtenBytes - this.#counted)
    this.#counted = writtenBytes
    if (mark > 0) return queue.untilAccepted(mark)
    return !many && ++this.#sinceTurn < writesPerTurn ? undefined : this.#untilTurnEnds()
  }

  #untilTurnEnds(): Pause {
    const { queue, stack } = this.#connection
    this.#sinceTurn = 0
    queue.flush.hold()
    return Effect.callback((resume) => {
      // While a write is under way after its stream has failed, Deno's pipe takes chunks in microtasks, and no
      // turn ever ends.
      const leave = queue.onFailure((error) => resume(Effect.fail(error)))
      stack.reactor.turnEnd.run(() => {
        leave()
        resume(Effect.void)
      })
    })
  }
}

/**
 * If the producer always has a chunk and the socket always has room, writing would never leave the turn,
 * and timers, signals and other sockets would wait. This many small writes take a few milliseconds; of
 * large ones their bytes are counted, over all sockets (`TurnBytes`).
 */
const writesPerTurn = 512
