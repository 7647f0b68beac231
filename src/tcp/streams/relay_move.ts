import type { Connection } from "../connection/connection.ts"
import type { Receiver } from "../receive/receiver.ts"
import { MovedBytes, type Part } from "./moved_bytes.ts"
import type { RelayPipe } from "./relay_pipe.ts"
import type { Move } from "./short_pipe.ts"

/** A stream of what a socket receives, as `RelayMove` sees it. */
export interface Received {
  readonly receiver: Receiver
  /** Ends the stream: nothing is left. */
  finish(): void
  /** Fails the stream. */
  fail(failure: unknown): void
}

/** Has the kernel move everything that a socket receives, as one chunk. */
export class RelayMove implements Move {
  readonly #received: Received
  readonly #pipe: RelayPipe
  #moving: RelayedBytes | undefined
  #stopped = false

  constructor(received: Received, pipe: RelayPipe) {
    this.#received = received
    this.#pipe = pipe
  }

  async next(most = Infinity): Promise<MovedBytes | Uint8Array | undefined> {
    const { receiver } = this.#received
    const early = receiver.bytes.takeEarly()
    if (early !== undefined) {
      receiver.bytes.putBack(early.subarray(Math.min(most, early.byteLength)))
      return early.subarray(0, most)
    }
    if (this.#moving === undefined) {
      return this.#moving = new RelayedBytes(receiver, this.#pipe, this.#stopped)
    }
    // A sink with room asks for more before the last bytes were sent.
    const end = await this.#moving.settled
    if (end === undefined) this.#received.finish()
    else {
      this.#received.fail(end.failure)
      throw end.failure
    }
    return undefined
  }

  stop(): void {
    this.#stopped = true
    this.#moving?.stop()
  }

  async end(): Promise<void> {
    this.stop()
    await this.#moving?.landed
    this.#pipe.end()
  }
}

/** Everything that a socket receives from now on, to its end. */
class RelayedBytes extends MovedBytes {
  override readonly openEnded = true
  readonly byteLength = relayedBytes
  readonly #receiver: Receiver
  readonly #pipe: RelayPipe
  readonly #settled = Promise.withResolvers<{ readonly failure: unknown } | undefined>()
  readonly #moved = Promise.withResolvers<void>()
  #part: Part | undefined
  #movedBytes = 0
  #connection: Connection | undefined
  #over: boolean
  /** Whether the pipe holds bytes that wait to be sent. */
  #filled = false
  #stepping = false
  #leave: () => void = () => {}
  /** Bytes moved in this turn of the event loop. */
  #turnBytes = 0

  constructor(receiver: Receiver, pipe: RelayPipe, stopped: boolean) {
    super()
    this.#receiver = receiver
    this.#pipe = pipe
    this.#over = stopped
  }

  override get movedBytes(): number {
    return this.#movedBytes
  }

  /** Resolves with undefined at the end of the stream, or with the error that receiving failed with. */
  get settled(): Promise<{ readonly failure: unknown } | undefined> {
    return this.#settled.promise
  }

  /** Resolves when no courier moves its bytes. */
  get landed(): Promise<void> | undefined {
    return this.#connection?.queue.away ? this.#connection.queue.untilLanded() : undefined
  }

  async moveTo(connection: Connection, part?: Part): Promise<void> {
    if (this.#over) return
    const { packer, queue } = connection
    queue.check()
    packer.flush()
    this.#connection = connection
    this.#part = part
    if (part !== undefined) this.#pipe.onlyHere = true
    this.#pipe.onEmpty = () => {
      // A queue that has failed lets go of bytes that are still in the pipe.
      if (queue.failed) return
      this.#filled = false
      this.#step()
    }
    const leaveQueue = queue.onFailure((failure) => {
      this.#moved.reject(failure)
      this.stop()
    })
    this.#receiver.onEnd = () => queue.carrier.hurry()
    this.#step()
    try {
      await this.#moved.promise
    } finally {
      leaveQueue()
      await queue.untilLanded()
      this.#receiver.onEnd = () => {}
    }
  }

  /** Takes bytes that were not accepted out of the queue. They stay in the pipe. */
  stop(): void {
    this.#over = true
    this.#leave()
    this.#receiver.resume()
    this.#connection?.queue.leaveOut(this.#pipe)
    // A queue that has failed leaves nothing out.
    this.#connection?.queue.carrier.hurry()
    this.#moved.resolve()
  }

  readonly #step = (): void => {
    // A pipe that was emptied at once, in the middle of a step, is filled again by that step.
    if (this.#stepping) return
    this.#stepping = true
    try {
      this.#moveAll()
    } finally {
      this.#stepping = false
    }
  }

  /** Moves bytes until none are left to receive, or the destination has no room. */
  #moveAll(): void {
    const { queue, stack } = this.#connection as Connection
    while (!this.#over && !this.#filled) {
      if (this.#turnBytes >= turnBytes) {
        this.#turnBytes = 0
        return stack.reactor.turnEnd.run(this.#step)
      }
      if (this.#movedBytes >= (this.#part?.most ?? Infinity)) return this.#complete()
      const n = this.#fill()
      if (n <= 0) return
      this.#turnBytes += n
      this.#movedBytes += n
      this.#filled = true
      this.#part?.before(n)
      queue.push(stack.pieces.takeFile(this.#pipe, 0, n))
      this.#part?.after()
      queue.pump()
    }
    // Otherwise each packet would wake the event loop while the destination has no room.
    if (this.#filled && !this.#over) this.#receiver.pause()
  }

  /** All that is wanted was moved, and accepted. The source may have more. */
  #complete(): void {
    this.#over = true
    this.#moved.resolve()
  }

  #fill(): number {
    try {
      const n = this.#pipe.fill((this.#part?.most ?? Infinity) - this.#movedBytes)
      if (n < 0) this.#leave = this.#receiver.whenReady(this.#step)
      if (n === 0) this.#end(undefined)
      return n
    } catch (failure) {
      this.#end({ failure })
      return 0
    }
  }

  #end(end: { readonly failure: unknown } | undefined): void {
    this.#over = true
    this.#receiver.resume()
    this.#settled.resolve(end)
    this.#moved.resolve()
  }
}

/** The most that a pipe holds, and so the most that waits between the two sockets. */
const relayedBytes = 1024 * 1024

/** Moving this many bytes takes a millisecond or two. Then other sockets have their turn. */
const turnBytes = 4 * 1024 * 1024
