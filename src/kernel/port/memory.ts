/** Memory for calls, and mappings of it. */
export interface MemoryCalls {
  /** Whether mapped memory outlives the isolate. If it is heap memory, it does not. */
  readonly mapsOutsideHeap: boolean
  /** Wraps memory so that calls can use it. */
  memoryOf(buffer: ArrayBuffer): Memory
  /**
   * One page-aligned mapping of `count` slots of `slotBytes` each (a multiple of the page size), or
   * `-errno`. Only `unmap` frees it.
   */
  map(count: number, slotBytes: number, options?: MapOptions): Mapping | number
  /** Frees the mapping, and first detaches every ArrayBuffer of its slots. */
  unmap(mapping: Mapping): number
  /** Frees the pages of a mapping. It then reads as zeros until it is written to again. */
  discard(mapping: Mapping): number
  /**
   * Makes the memory of a mapping's slot read-only, or writable again (mprotect(2)). `-EINVAL` if it does
   * not consist of whole pages.
   */
  protect(memory: Memory, access: "read" | "write"): number
  /** The same memory under a new ArrayBuffer. The old one is detached, together with its views. */
  rebind(memory: Memory): Memory
  vector(capacity: number): Vector
}

/** Memory that the kernel may read or write. `buffer` stays reachable as long as this does. */
export interface Memory {
  readonly buffer: ArrayBuffer
}

/** A mapping cut into slots, each with an ArrayBuffer of its own that can be detached by itself. */
export interface Mapping {
  readonly slots: Memory[]
}

/** How to map memory. */
export interface MapOptions {
  /** Ask for huge pages (madvise(2), MADV_HUGEPAGE). The kernel may not have any. */
  readonly hugePages?: boolean
}

/** An array of pieces of memory for one call. */
export interface Vector {
  /** How many elements fit. */
  readonly capacity: number
  /**
   * Points element `index` at `length` bytes of `memory` at `offset`.
   *
   * @throws {RangeError} if they are not inside `memory`, or it was detached.
   */
  set(index: number, memory: Memory, offset: number, length: number): void
  /** Drops the references to the memory. */
  clear(): void
}

/** Bytes of a huge page where pages have 4 KiB (Documentation/admin-guide/mm/transhuge.rst). */
export const hugePageBytes: number = 2 * 1024 * 1024
