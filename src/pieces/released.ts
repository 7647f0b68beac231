import type { Memory } from "../kernel/port.ts"

/** Takes memory back. */
export interface Released {
  /** The kernel has stopped reading `memory`. */
  release(memory: Memory): void
  /** The connection is gone, and the kernel may still read. */
  orphan(): void
  /** There is no proof: the memory is never used again. */
  quarantine(): void
}

/** For memory that the garbage collector frees once nothing refers to it. */
export const nothingToRelease: Released = { release() {}, orphan() {}, quarantine() {} }

/**
 * For memory that was taken from its producer, so that nobody else can reach it. The collector would free
 * it eventually; until then the allocator maps fresh pages for new chunks, and the old pages have to be
 * unmapped later.
 */
export const freedAtOnce: Released = {
  release({ buffer }) {
    buffer.transfer(0)
  },
  orphan() {},
  quarantine() {},
}
