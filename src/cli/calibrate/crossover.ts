/** The CPU time of calls of one size, for the same number of bytes. */
export interface Pair {
  readonly bytes: number
  /** Zero-copy divided by copying: below 1, zero-copy is cheaper. */
  readonly ratio: number
}

/**
 * The size from which zero-copy pays off: the first zero-copy size with which sending every size once
 * costs least. One disturbed figure does not move it far, as it would if the first ratio below 1 decided.
 * If zero-copy never pays off, twice the largest size.
 *
 * @param pairs sorted by size, smallest first
 */
export function crossover(pairs: readonly Pair[]): number {
  const largest = pairs.at(-1)
  if (largest === undefined) throw new RangeError("Cannot find a crossover without any figures")
  let best = { bytes: 2 * largest.bytes, saved: 0 }
  let saved = 0
  for (const { bytes, ratio } of pairs.toReversed()) {
    saved -= Math.log(ratio)
    if (saved > best.saved) best = { bytes, saved }
  }
  return best.bytes
}
