import type { FilePart } from "../../tcp/mod.ts"

/** What a Range header asks for: everything, nothing that the file has, or these ranges. */
export type Asked = "whole" | "unsatisfiable" | readonly FilePart[]

/**
 * Reads a Range header (RFC 9110, section 14). One that is malformed, of another unit, or of more than `most`
 * ranges is ignored, as the RFC allows: the answer is the whole file. Ranges that overlap become one,
 * at the place of the first, so no header makes an answer much longer than the file.
 *
 * npm's `range-parser` (1.3) is not used: it calls a suffix longer than the file unsatisfiable, and also
 * `5-3`, which is malformed.
 */
export function parseRanges(header: string | null, size: number, most = mostRanges): Asked {
  // No Content-Range can name a part of an empty file, not even all of it.
  const list = header === null || size === 0 ? null : /^bytes=(.*)$/i.exec(header)
  if (list === null) return "whole"
  const specs = list[1].split(",").map((spec) => spec.trim()).filter((spec) => spec !== "")
  if (specs.length === 0 || specs.length > most) return "whole"
  const ranges: FilePart[] = []
  for (const spec of specs) {
    const range = parseRange(spec, size)
    if (range === undefined) return "whole"
    if (range.start < range.end) ranges.push(range)
  }
  return ranges.length === 0 ? "unsatisfiable" : joinOverlapping(ranges)
}

/** An empty range if the file has none of it; undefined if it is malformed. */
function parseRange(spec: string, size: number): FilePart | undefined {
  const [, first, last] = /^(\d*)-(\d*)$/.exec(spec) ?? []
  if (first === undefined || first === "" && last === "") return undefined
  if (first === "") return { start: Math.max(0, size - Number(last)), end: size }
  const start = Number(first)
  if (last !== "" && Number(last) < start) return undefined
  return { start, end: last === "" ? size : Math.min(size, Number(last) + 1) }
}

function joinOverlapping(ranges: readonly FilePart[]): readonly FilePart[] {
  let joined: FilePart[] = []
  for (const range of ranges) {
    const overlapping = joined.filter((other) => overlap(range, other))
    if (overlapping.length === 0) {
      joined.push(range)
      continue
    }
    const all = [range, ...overlapping]
    const union = {
      start: Math.min(...all.map(({ start }) => start)),
      end: Math.max(...all.map(({ end }) => end)),
    }
    const place = joined.indexOf(overlapping[0])
    joined[place] = union
    joined = joined.filter((other) => !overlapping.includes(other))
  }
  return joined
}

const overlap = (a: FilePart, b: FilePart): boolean => a.start < b.end && b.start < a.end

/** Enough for any player or reader. Each range costs a header of its own. */
export const mostRanges = 16
