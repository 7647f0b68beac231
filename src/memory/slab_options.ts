/** How much memory a slab has, and how it is divided. */
export interface SendSlabOptions {
  /** Bytes of a slot; rounded up to whole pages. Default 64 KiB. */
  readonly slotBytes?: number
  /** How many slots. Default 256. */
  readonly slots?: number
  /**
   * Asks for huge pages (madvise(2), MADV_HUGEPAGE). Packets then have fewer fragments, which saves a
   * quarter of the CPU time per GB. Memory is allocated 2 MiB at a time, when the first slot in them is
   * filled. A kernel without huge pages provides ordinary ones. Default true, unless `protect` is true.
   */
  readonly hugePages?: boolean
  /**
   * Whether sending a lease detaches its `bytes`, so that writing to them too late changes nothing. With
   * `false` a send allocates nothing and costs less, but writing too late alters what the peer receives.
   * Default true.
   */
  readonly detach?: boolean
  /**
   * For debugging: computes a checksum of each slot when it is sent and again when it comes back, and is
   * called with an error if somebody wrote to the slot in between. The error's cause has the stack of the
   * send. It costs as much as a copy.
   */
  readonly onViolation?: (violation: Error) => void
  /**
   * For debugging: makes each slot read-only from the send until it comes back (mprotect(2)). A write to
   * it in between, in JavaScript or elsewhere, ends the process with SIGSEGV at that instruction. It
   * finds most together with `detach: false`. It costs two system calls per slot and splits huge pages.
   * At most 16,384 slots. Default false.
   */
  readonly protect?: boolean
}
