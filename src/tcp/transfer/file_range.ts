import { show } from "../../argument/mod.ts"

/**
 * Refuses a range that no file can have.
 *
 * @throws {RangeError}
 */
export function checkRange(verb: "read" | "send", start: number, end: number | undefined): void {
  const good = isPlace(start) && (end === undefined || isPlace(end) && start <= end)
  if (good) return
  const to = end === undefined ? "the end" : show(end)
  throw new RangeError(
    `Cannot ${verb} bytes ${
      show(start)
    } to ${to} of a file: start and end are whole numbers, 0 or ` +
      "more, and end is not below start",
  )
}

const isPlace = (place: number): boolean => Number.isSafeInteger(place) && place >= 0
