/**
 * Ranges of notification ids. An id is a u32 that wraps after 0xFFFFFFFF; a range `lo..hi` includes
 * both ends and may wrap, so `hi < lo` is legal and a loop `for (id = lo; id <= hi; id++)` is wrong.
 *
 * @module
 */

/** How many ids `lo..hi` names: 1 to 2**32. */
export const rangeCount = (lo: number, hi: number): number => ((hi - lo) >>> 0) + 1

/** Whether `lo..hi` includes `id`. */
export const rangeIncludes = (lo: number, hi: number, id: number): boolean =>
  ((id - lo) >>> 0) <= ((hi - lo) >>> 0)

/** The id after `id`. */
export const nextId = (id: number): number => (id + 1) >>> 0
