/** How two entity tags are compared (RFC 9110, section 8.8.3.2). */
export type Comparison = "strong" | "weak"

/**
 * Whether a list of tags in a header names `tag`. `*` names any. What is not a tag names none, so that a
 * broken If-Match refuses, and a broken If-None-Match gets the whole file.
 */
export function names(list: string, tag: string | undefined, comparison: Comparison): boolean {
  if (list.trim() === "*") return true
  if (tag === undefined) return false
  for (const [given] of list.matchAll(tags)) if (same(given, tag, comparison)) return true
  return false
}

/** Whether two tags stand for the same bytes, or, compared weakly, for the same content. */
export function same(first: string, second: string, comparison: Comparison): boolean {
  if (comparison === "strong") return first === second && !isWeak(first)
  return opaque(first) === opaque(second)
}

/** Whether `text` is one tag, and nothing else. */
export const isTag = (text: string): boolean => oneTag.test(text)

const isWeak = (tag: string): boolean => tag.startsWith("W/")
const opaque = (tag: string): string => isWeak(tag) ? tag.slice(2) : tag

const tag = '(?:W/)?"[\\x21\\x23-\\x7e\\x80-\\xff]*"'
const tags = new RegExp(tag, "g")
const oneTag = new RegExp(`^${tag}$`)
