import { Unsupported, ZerowireError } from "../../error/mod.ts"
import { errno, type Kernel, type Pipe } from "../../kernel/port.ts"
import type { FileBytes } from "../../pieces/mod.ts"
import type { Receiver } from "../receive/receiver.ts"

/**
 * A pipe between what one socket has received and what another one sends. It serves one pair of streams and
 * is closed then: what is in a pipe can come to nobody else.
 */
export class RelayPipe implements FileBytes {
  readonly endsEarly = true
  readonly piped = true
  readonly #kernel: Kernel
  readonly #pipe: Pipe
  #closed = false
  /** Called when everything in it was sent, or never will be. */
  onEmpty: () => void = () => {}

  private constructor(kernel: Kernel, pipe: Pipe) {
    this.#kernel = kernel
    this.#pipe = pipe
  }

  /** Nothing where no pipe of a useful size can be had: there are too many, or no file descriptors. */
  static open(kernel: Kernel): RelayPipe | undefined {
    const found = kernel.pipe(pipeBytes)
    if (typeof found === "number") return undefined
    const pipe = new RelayPipe(kernel, found)
    if (found.capacity >= leastBytes) return pipe
    pipe.close()
    return undefined
  }

  get fd(): number {
    return this.#pipe.readEnd
  }

  /**
   * Moves what has been received into the pipe, which is empty. Answers as `Receiver.receiveNow` does.
   *
   * @throws {ZerowireError} ConnectionLost, SocketClosed
   */
  fill(receiver: Receiver): number {
    return receiver.fillPipe(this.#pipe.writeEnd, this.#pipe.capacity)
  }

  /** Gives what is left in it back to `receiver`, and closes it. */
  end(receiver: Receiver): void {
    if (this.#closed) return
    const bytes = new Uint8Array(leastBytes)
    const memory = this.#kernel.memoryOf(bytes.buffer)
    for (;;) {
      const n = this.#kernel.readPipe(this.fd, memory, 0, leastBytes)
      if (n > 0) receiver.putBack(bytes.subarray(0, n))
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

  /** No courier sends from a pipe: what is in it is there. */
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

/** The most that a user without privileges may ask for (/proc/sys/fs/pipe-max-size). */
const pipeBytes = 1024 * 1024
/** With less, which is what a user with very many pipes gets, reading is cheaper. */
const leastBytes = 64 * 1024
