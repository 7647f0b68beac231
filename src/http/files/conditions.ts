import { isTag, names, same } from "./entity_tag.ts"
import { parseHttpDate } from "./http_date.ts"
import type { Validators } from "./validators.ts"

/** What the conditions of a request come to: the answer without them, 304, or 412. */
export type Verdict = "met" | "not modified" | "failed"

/**
 * Evaluates the conditions of a GET or HEAD in the order of RFC 9110, section 13.2.2. If-Range comes
 * later: it decides about the ranges alone.
 */
export function judge(headers: Headers, validators: Validators): Verdict {
  const { etag, modified, now } = validators
  const ifMatch = headers.get("if-match")
  if (ifMatch !== null) {
    if (!names(ifMatch, etag, "strong")) return "failed"
  } else if (isNewer(modified, headers.get("if-unmodified-since"), now) === true) return "failed"

  const ifNoneMatch = headers.get("if-none-match")
  if (ifNoneMatch !== null) return names(ifNoneMatch, etag, "weak") ? "not modified" : "met"
  return isNewer(modified, headers.get("if-modified-since"), now) === false ? "not modified" : "met"
}

/**
 * Whether the ranges of a request count: it has no If-Range, or this names the very bytes that the file
 * has now. A date has to be the file's own, and not only later (RFC 9110, section 13.1.5).
 */
export function rangesCount(headers: Headers, validators: Validators): boolean {
  const ifRange = headers.get("if-range")
  if (ifRange === null) return true
  const { etag, modified, rested, now } = validators
  if (isTag(ifRange)) return etag !== undefined && same(ifRange, etag, "strong")
  return rested && modified !== undefined && parseHttpDate(ifRange, now) === modified
}

/** Undefined if there is nothing to compare. */
function isNewer(
  modified: number | undefined,
  date: string | null,
  now: number,
): boolean | undefined {
  const since = date === null ? undefined : parseHttpDate(date, now)
  return modified === undefined || since === undefined ? undefined : modified > since
}
