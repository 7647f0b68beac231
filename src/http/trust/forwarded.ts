import { malformed } from "../parser/refusal.ts"
import { fieldIn } from "./fields.ts"
import type { Hop } from "./hops.ts"

/**
 * The hops in Forwarded (RFC 7239, section 4).
 *
 * @throws {Refusal} 400 if it is malformed: a client could hide what a proxy has added behind a quotation mark
 * that it leaves open.
 */
export function forwardedHops(lines: string): readonly Hop[] {
  const value = fieldIn(lines, "forwarded")
  return value === undefined ? [] : parseForwarded(value)
}

/** @throws {Refusal} 400 */
function parseForwarded(value: string): readonly Hop[] {
  const hops: Hop[] = []
  let pairs: Record<string, string> = {}
  pair.lastIndex = 0
  for (;;) {
    const found = pair.exec(value)
    if (found === null) throw malformed("The header Forwarded is malformed")
    const [, name, text, end] = found
    if (name !== undefined) {
      const key = name.toLowerCase()
      if (Object.hasOwn(pairs, key)) throw malformed(`Forwarded has "${key}" twice in one element`)
      pairs[key] = unquoted(text)
    }
    if (end === ";") continue
    // An empty element is none (RFC 9110, section 5.6.1).
    if (Object.keys(pairs).length > 0) hops.push(named(pairs))
    if (end === "") return hops
    pairs = {}
  }
}

const named = ({ for: node, proto, host }: Readonly<Record<string, string>>): Hop => ({
  node,
  proto,
  host,
})

const unquoted = (text: string): string =>
  text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, "$1") : text

/** `name=value`, or nothing, and what follows it: `;`, `,` or the end. */
const pair =
  /[ \t]*(?:([!#$%&'*+.^_`|~0-9A-Za-z-]+)=([!#$%&'*+.^_`|~0-9A-Za-z-]+|"(?:[^"\\]|\\.)*"))?[ \t]*(;|,|$)/y
