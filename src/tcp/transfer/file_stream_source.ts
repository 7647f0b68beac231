import type { OpenFile } from "./open_file.ts"

/** What the sources of streams that read a file have in common. */
export abstract class FileStreamSource implements UnderlyingByteSource {
  readonly type = "bytes"
  /** Kept outside the stream, so that the file can be closed after the stream was collected. */
  abstract readonly held: { readonly file?: OpenFile }
  #controller: ReadableByteStreamController | undefined
  #open = true
  #settled: Promise<void> = Promise.resolve()
  #reads = 0

  /** How many bytes the next read may have, once the file is open; 0 at the end. */
  protected abstract readable(): number | Promise<number>

  /** Reads up to `length` bytes, which are there, into `view`, and returns how many. */
  protected abstract read(view: ArrayBufferView, length: number): Promise<number>

  /** This many bytes are in the stream, or the kernel has moved them past it. */
  abstract moved(bytes: number): void

  /** Whether there may be more: it has not ended, failed or been cancelled. */
  get open(): boolean {
    return this.#open
  }

  get settled(): Promise<void> {
    return this.#settled
  }

  /** Whether nothing was read that nobody has, and nothing is being read. */
  get idle(): boolean {
    return this.#open && this.#reads === 0 && this.queuedBytes === 0
  }

  get queuedBytes(): number {
    // The high-water mark is 0.
    return -(this.#controller?.desiredSize ?? 0)
  }

  start(controller: ReadableByteStreamController): void {
    this.#controller = controller
  }

  pull(controller: ReadableByteStreamController): Promise<void> {
    this.#reads++
    const filled = this.#fill(controller).finally(() => this.#reads--)
    this.#settled = filled.catch(() => {})
    return filled
  }

  cancel(): void {
    this.#close()
  }

  /** Ends the stream: nothing is left. */
  finish(): void {
    if (!this.#open) return
    this.#close()
    this.#controller?.close()
  }

  /** Fails the stream. */
  fail(failure: unknown): void {
    if (!this.#open) return
    this.#close()
    this.#controller?.error(failure)
  }

  async #fill(controller: ReadableByteStreamController): Promise<void> {
    try {
      const readable = await this.readable()
      if (!this.#open) return
      const request = controller.byobRequest
      // autoAllocateChunkSize is not used: a request that it made stays in the stream at the end, and blocks
      // every later BYOB read (ReadableByteStreamControllerRespondInClosedState).
      const view = request?.view ?? new Uint8Array(Math.min(chunkBytes, readable))
      const n = readable === 0 ? 0 : await this.read(view, Math.min(view.byteLength, readable))
      if (!this.#open) return
      if (n === 0) {
        this.finish()
        // Closing does not complete a BYOB read; responding does. One may have been made meanwhile.
        controller.byobRequest?.respond(0)
        return
      }
      this.moved(n)
      if (request !== null) request.respond(n)
      else controller.enqueue(new Uint8Array(view.buffer as ArrayBuffer, 0, n))
    } catch (failure) {
      // A failed stream never calls `pull` again.
      this.#close()
      throw failure
    }
  }

  #close(): void {
    this.#open = false
    this.held.file?.close()
  }
}

/** Each chunk costs a switch to the thread that reads. At 64 KiB that is twice the cost of reading. */
const chunkBytes = 256 * 1024
