import { Unsupported, ZerowireError } from "../../error/mod.ts"
import { errno, type Kernel, type Pipe, type RelayCall, type Relayed } from "../../kernel/port.ts"
import type { FileBytes, PipeBytes } from "../../pieces/mod.ts"
import type { Receiver } from "../receive/receiver.ts"
import type { RelayPace } from "./relay_pace.ts"

/**
 * A pipe from the socket that receives to the socket that sends. It serves one `pipeTo` and is then
 * closed, so its bytes can reach nobody else.
 */
export class RelayPipe implements FileBytes, PipeBytes {
  readonly endsEarly = true
  readonly pipe = this
  readonly #kernel: Kernel
  readonly #receiver: Receiver
  readonly #pace: RelayPace
  readonly #pipe: Pipe
  #closed = false
  /** Whether no courier may move bytes: it would not stop or frame them. */
  onlyHere = false
  /** Called when all bytes in it were sent, or never will be. */
  onEmpty: () => void = () => {}

  private constructor(kernel: Kernel, receiver: Receiver, pace: RelayPace, pipe: Pipe) {
    this.#kernel = kernel
    this.#receiver = receiver
    this.#pace = pace
    this.#pipe = pipe
  }

  /** Returns undefined if there are no file descriptors, or so many pipes that a new one is too small. */
  static open(kernel: Kernel, receiver: Receiver, pace: RelayPace): RelayPipe | undefined {
    const found = kernel.pipe(pipeBytes)
    if (typeof found === "number") return undefined
    const pipe = new RelayPipe(kernel, receiver, pace, found)
    if (found.capacity >= leastBytes) return pipe
    pipe.close()
    return undefined
  }

  get fd(): number {
    return this.#pipe.readEnd
  }

  get busy(): boolean {
    return !this.onlyHere && this.#pace.busy
  }

  lend(): Omit<RelayCall, "to" | "held"> {
    return { from: this.#receiver.lend(), pipe: this.#pipe }
  }

  relayed({ received, accepted, receiveError }: Relayed, wanted: boolean): void {
    this.#pace.movedElsewhere(wanted ? 0 : accepted)
    this.#receiver.relayed(received, receiveError)
  }

  /**
   * Moves up to `most` received bytes into the pipe, which must be empty. Returns what
   * `ReceivedBytes.receiveNow` does.
   *
   * @throws {ZerowireError} ConnectionLost, SocketClosed
   */
  fill(most: number): number {
    const n = this.#receiver.bytes.fillPipe(
      this.#pipe.writeEnd,
      Math.min(most, this.#pipe.capacity),
    )
    if (n > 0) this.#pace.moved(n)
    return n
  }

  /** Returns the bytes left in the pipe to the receiver, and closes the pipe. */
  end(): void {
    if (this.#closed) return
    const bytes = new Uint8Array(leastBytes)
    const memory = this.#kernel.memoryOf(bytes.buffer)
    for (;;) {
      const n = this.#kernel.readPipe(this.fd, memory, 0, leastBytes)
      if (n > 0) this.#receiver.bytes.putBack(bytes.subarray(0, n))
      else if (n !== -errno.EINTR) break
    }
    this.close()
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    for (const fd of [this.#pipe.readEnd, this.#pipe.writeEnd]) this.#kernel.close(fd)
  }

  ready(): boolean {
    return true
  }

  /** Never called: whoever closes the pipe waits for a courier's call to end. */
  keepOpen(): () => void {
    throw new Error("Cannot keep a pipe open for a courier")
  }

  failed(): ZerowireError {
    return new ZerowireError(
      new Unsupported("Cannot send from a pipe: it holds less than was put in"),
    )
  }

  release(): void {
    this.onEmpty()
  }

  orphan(): void {}

  quarantine(): void {}
}

/** The most that a user without privileges may request (/proc/sys/fs/pipe-max-size). */
const pipeBytes = 1024 * 1024
/** A user with very many pipes gets smaller ones, and then reading is cheaper. */
const leastBytes = 64 * 1024
