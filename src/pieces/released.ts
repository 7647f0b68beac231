import type { Memory } from "../kernel/port.ts"

/** Gets memory back. */
export interface Released {
  /** The kernel reads `memory` no more. */
  release(memory: Memory): void
  /** The connection is gone, and the kernel may still read. */
  orphan(): void
  /** No proof can be had: the memory is never used again. */
  quarantine(): void
}

/** For memory that the garbage collector takes back once nothing refers to it. */
export const nothingToRelease: Released = { release() {}, orphan() {}, quarantine() {} }

/**
 * For memory that was taken from its producer, so that nobody else can reach it. A collector would take it
 * back some time; until then the allocator maps fresh pages for what comes next, and somebody has to
 * unmap the old ones.
 */
export const freedAtOnce: Released = {
  release({ buffer }) {
    buffer.transfer(0)
  },
  orphan() {},
  quarantine() {},
}
