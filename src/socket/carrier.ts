/**
 * How bytes get from pieces into the kernel, and how the kernel says that it has let go of them.
 *
 * This is the seam for engines: MSG_ZEROCOPY with its ids and its error queue stands behind it, and
 * nothing in front of it knows of either.
 */
export interface Carrier {
  /**
   * Sends some bytes of the pieces from hold `first` on, in order, without blocking. Moves the
   * pieces on by what was accepted and answers how many bytes that was, or `-errno`.
   */
  send(first: number): number
  /** Takes in what the kernel has finished. Answers how many records of any kind there were. */
  reap(): number
}
