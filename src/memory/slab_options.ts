/** How much memory a slab has, and in what pieces. */
export interface SendSlabOptions {
  /** Bytes of a slot; rounded up to whole pages. Default 64 KiB. */
  readonly slotBytes?: number
  /** How many slots. Default 256. */
  readonly slots?: number
  /**
   * Asks for huge pages (madvise(2), MADV_HUGEPAGE): packets have fewer fragments to account for, which
   * saves a quarter of what a GB costs. 2 MiB at a time take memory when the first slot in them is
   * filled. A kernel without them gives ordinary ones. Default true, unless `protect` is.
   */
  readonly hugePages?: boolean
  /**
   * Whether the `bytes` of a lease are detached when it is sent, so that writing to them too late hits
   * nothing. Without it nothing is allocated for the collector and a send costs less; who writes too
   * late then alters what the peer gets. Default true.
   */
  readonly detach?: boolean
  /**
   * For debugging: sums up each slot when it is sent and again when it comes back, and reports when
   * somebody wrote to it in between. The error has the stack of the send. It costs as much as a copy.
   */
  readonly onViolation?: (violation: Error) => void
  /**
   * For debugging: makes each slot read-only from the send until it comes back (mprotect(2)). Whoever
   * writes to it in between, in JavaScript or elsewhere, ends the process with SIGSEGV there and then;
   * so it says most together with `detach: false`. Two system calls for each slot, and huge pages are
   * split. 16,384 slots at most. Default false.
   */
  readonly protect?: boolean
}
