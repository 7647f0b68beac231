/** What one size of a call cost, in processor time of the same amount of bytes. */
export interface Pair {
  readonly bytes: number
  /** Zero-copying over copying: under 1 zero-copy is cheaper. */
  readonly ratio: number
}

/**
 * The size from which on zero-copy pays: of all sizes that could be the first to go zero-copy, the one
 * with which sending every size once costs least. A single figure that was disturbed does not move it
 * far, as it would if the first ratio under 1 decided. Twice the largest size where none pays.
 *
 * @param pairs by size, the smallest first
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
