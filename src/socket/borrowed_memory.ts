import type { Kernel, Memory } from "../kernel.ts"
import type { Released } from "./piece.ts"

/**
 * The memory that borrowed chunks lie in. Chunks are often views of one buffer, and its address is asked
 * for once. Nothing is kept when none of them is queued or in flight.
 */
export class BorrowedMemory implements Released {
  readonly #kernel: Kernel
  #last: Memory | undefined
  #used = 0

  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  /** The memory of `buffer`, which is in use until it is released as often as it was used. */
  use(buffer: ArrayBuffer): Memory {
    this.#used++
    if (this.#last?.buffer !== buffer) this.#last = this.#kernel.memoryOf(buffer)
    return this.#last
  }

  release(): void {
    if (--this.#used === 0) this.#last = undefined
  }

  /** The proof is still to come, and the release with it. */
  orphan(): void {}

  /** What has no proof stays reachable where it is counted. */
  quarantine(): void {}
}
