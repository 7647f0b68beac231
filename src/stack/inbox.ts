import type { Kernel, Memory } from "../kernel/port.ts"

/**
 * A buffer that sockets share to receive into. Each is done with its bytes before the next one receives: when
 * its handler returns, or because it keeps them at once.
 */
export class Inbox {
  readonly #kernel: Kernel
  #memory: Memory | undefined
  #views: Uint8Array<ArrayBuffer>[] = []

  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  get memory(): Memory {
    // A handler may have detached it, for example by posting its bytes to a Worker.
    if (this.#memory !== undefined && this.#memory.buffer.byteLength > 0) return this.#memory
    this.#views = []
    return this.#memory = this.#kernel.memoryOf(new ArrayBuffer(inboxBytes))
  }

  /**
   * The first `length` bytes of `memory`. Short views are used again, because making one takes as long as
   * everything else that a small message costs here.
   */
  view(length: number): Uint8Array<ArrayBuffer> {
    const { buffer } = this.memory
    if (length > longestKeptView) return new Uint8Array(buffer, 0, length)
    const views = this.#views
    while (views.length <= length) views.push(none)
    const known = views[length]
    if (known !== none) return known
    return views[length] = new Uint8Array(buffer, 0, length)
  }

  /**
   * The first `length` bytes, which stay as they are from now on. They are copied if there are few; otherwise
   * they keep their place, and the next bytes go to another buffer.
   */
  keep(length: number): Uint8Array<ArrayBuffer> {
    const { buffer } = this.memory
    if (length < keptBytes) return new Uint8Array(buffer.slice(0, length))
    // What other connections have received before.
    new Uint8Array(buffer, length).fill(0)
    this.#memory = undefined
    return new Uint8Array(buffer, 0, length)
  }
}

/** As much as one call of the runtimes' own sockets receives. */
const inboxBytes = 64 * 1024
/** Together these views take some hundred KiB at most. */
const longestKeptView = 1024
/** Fewer bytes are copied, because a new buffer costs more. */
const keptBytes = 16 * 1024
const none = new Uint8Array(0)
