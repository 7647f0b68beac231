import type { Kernel, Memory } from "../kernel/port.ts"
import type { Released } from "../pieces/mod.ts"
import type { HugePages, SentBuffer } from "./huge_pages.ts"

/**
 * The memory of borrowed chunks. Chunks are often views of one buffer, so the address of a buffer is
 * looked up once. Nothing is kept when none of its chunks is queued or in flight.
 */
export class BorrowedMemory implements Released {
  readonly #kernel: Pick<Kernel, "memoryOf">
  readonly #hugePages: HugePages | undefined
  #last: Memory | undefined
  #sent: SentBuffer | undefined
  #used = 0

  /** Without `hugePages`, memory stays on its present pages. */
  constructor(kernel: Pick<Kernel, "memoryOf">, hugePages?: HugePages) {
    this.#kernel = kernel
    this.#hugePages = hugePages
  }

  /** The memory of `buffer`. It is in use until it was released as often as it was used. */
  use(buffer: ArrayBuffer): Memory {
    this.#used++
    return this.#of(buffer)
  }

  /**
   * These bytes of `buffer` are about to be sent. `use` follows, unless they extend a piece that is
   * already queued.
   */
  prepare(buffer: ArrayBuffer, offset: number, length: number): void {
    if (this.#hugePages === undefined) return
    const memory = this.#of(buffer)
    this.#sent?.send(memory, offset, length)
  }

  release(): void {
    if (--this.#used > 0) return
    this.#last = undefined
    this.#sent = undefined
  }

  /** The release comes with the proof, later. */
  orphan(): void {}

  /** Memory without proof stays reachable from the place that counts it. */
  quarantine(): void {}

  #of(buffer: ArrayBuffer): Memory {
    if (this.#last?.buffer === buffer) return this.#last
    this.#last = this.#kernel.memoryOf(buffer)
    this.#sent = this.#hugePages?.of(this.#last)
    return this.#last
  }
}
