import { Random } from "../../src/testing/world/random.ts"
import { mutate, pick } from "./mutations.ts"
import { seeds, valid } from "./seeds.ts"

/** What one connection sends, and how. The same seed and number make the same plan. */
export interface Plan {
  readonly number: number
  /** Each character is a byte. */
  readonly bytes: string
  /** How many requests must all be answered, if nothing in them was changed. */
  readonly valid: number | undefined
  /** Lengths of the parts in which the bytes are written, by turns; after each, others get a turn. */
  readonly parts: readonly number[]
  /** After the last byte: a FIN, nothing until the server closes, or a reset. */
  readonly ending: "fin" | "wait" | "reset"
}

export function planOf(seed: number, number: number): Plan {
  const random = new Random(seed * 1_000_003 + number)
  const ending = random.chance(0.005) ? "wait" : random.chance(0.03) ? "reset" : "fin"
  const parts = random.chance(0.4) ? [Infinity] : Array.from(
    { length: random.upTo(6) },
    () => random.upTo(random.chance(0.3) ? 3 : 200),
  )
  const count = random.upTo(8)
  const unchanged = Array.from({ length: count }, () => pick(random, valid))
  if (random.chance(0.1)) {
    // The others may be gone before they are answered.
    const valid = ending === "fin" ? count : undefined
    return { number, bytes: unchanged.join(""), valid, parts, ending }
  }
  // What is changed is often not the first of a connection.
  const changed = [...unchanged, pick(random, seeds)].join("")
  return { number, bytes: mutate(changed, random), valid: undefined, parts, ending }
}
