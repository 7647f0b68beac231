import type { Kernel, Memory } from "../kernel/port.ts"
import type { Released } from "../pieces/mod.ts"
import type { HugePages, SentBuffer } from "./huge_pages.ts"

/**
 * The memory that borrowed chunks lie in. Chunks are often views of one buffer, and its address is asked
 * for once. Nothing is kept when none of them is queued or in flight.
 */
export class BorrowedMemory implements Released {
  readonly #kernel: Pick<Kernel, "memoryOf">
  readonly #hugePages: HugePages | undefined
  #last: Memory | undefined
  #sent: SentBuffer | undefined
  #used = 0

  /** Without `hugePages` the memory stays on the pages that it has. */
  constructor(kernel: Pick<Kernel, "memoryOf">, hugePages?: HugePages) {
    this.#kernel = kernel
    this.#hugePages = hugePages
  }

  /** The memory of `buffer`, which is in use until it is released as often as it was used. */
  use(buffer: ArrayBuffer): Memory {
    this.#used++
    return this.#of(buffer)
  }

  /** These bytes of `buffer` are to be sent; `use` follows, unless they become part of a piece that is there. */
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

  /** The proof is still to come, and the release with it. */
  orphan(): void {}

  /** What has no proof stays reachable where it is counted. */
  quarantine(): void {}

  #of(buffer: ArrayBuffer): Memory {
    if (this.#last?.buffer === buffer) return this.#last
    this.#last = this.#kernel.memoryOf(buffer)
    this.#sent = this.#hugePages?.of(this.#last)
    return this.#last
  }
}
