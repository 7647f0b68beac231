import type { OpenFile } from "../../tcp/mod.ts"
import { formatHttpDate, parseHttpDate } from "./http_date.ts"

/** What tells one state of a file from another. */
export interface Validators {
  /** Its entity tag, with quotes. */
  readonly etag?: string | undefined
  /** Its Last-Modified, in milliseconds since 1970. */
  readonly modified?: number | undefined
  /** Whether it has been left alone for so long that another change would show. */
  readonly rested: boolean
  /** The time of the request, in milliseconds since 1970. */
  readonly now: number
}

/** How exact the entity tag of a file may be. */
export type EtagStrength = typeof etagStrengths[number]

export const etagStrengths = ["strong", "weak", "none"] as const

/**
 * Adds ETag and Last-Modified, unless the headers have them already. The tag is made of the file's size
 * and of the time of its last change, so it is the same on each host that has a copy with that time.
 */
export function addValidators(
  headers: Headers,
  file: OpenFile,
  { strength, coding, now }: {
    readonly strength: EtagStrength
    readonly coding?: string
    readonly now: number
  },
): void {
  if (isGenerated(file)) return
  const { size, modified } = file
  if (strength !== "none" && !headers.has("etag")) {
    const weak = strength === "weak" || !hasRested(modified, now)
    const suffix = coding === undefined ? "" : `-${coding}`
    const tag = `"${modified.toString(16)}-${size.toString(16)}${suffix}"`
    headers.set("etag", weak ? `W/${tag}` : tag)
  }
  // A date after the answer's own would be wrong (RFC 9110, section 8.8.2.1).
  const date = formatHttpDate(Math.min(modified, now))
  if (!headers.has("last-modified")) headers.set("last-modified", date)
}

/** What the headers of an answer say about the file. */
export function validatorsIn(headers: Headers, file: OpenFile, now: number): Validators {
  const date = headers.get("last-modified")
  return {
    etag: headers.get("etag") ?? undefined,
    modified: date === null ? undefined : parseHttpDate(date, now),
    rested: hasRested(file.modified, now),
    now,
  }
}

/** Whether the file is made up while it is read, as those of /proc are: it may differ each time. */
export const isGenerated = (file: OpenFile): boolean =>
  file.content !== undefined && file.content.byteLength > 0

const hasRested = (modified: number, now: number): boolean => now - modified >= restTime

/**
 * A file that is written to twice within the granularity of its times looks the same after both. FAT has
 * the coarsest: 2 s.
 */
const restTime = 2000
