import type { Programs } from "../peers/compiler.ts"
import { commandOf } from "../rivals.ts"
import type { Ask } from "../sizes.ts"

/** The servers that are asked in this way, and the commands that start them, in the order of their turns. */
export function smallRivals(
  ask: Ask,
  programs: Programs | undefined,
): ReadonlyMap<string, readonly string[]> {
  const rivals = new Map(servers)
  const plain = ask === "one" || ask === "rate" || ask === "beside"
  if (!plain) { for (const name of floors) rivals.delete(name) }
  if (plain && programs !== undefined) rivals.set("c", [programs.asked])
  return new Map([...rivals].map(([name, command]) => [name, [...command, ask]]))
}

/** Whose way of sending a rival is compared with: the runtime's own, by the same face. */
export const ownOf: Readonly<Record<string, string>> = {
  ...{ "handlers-bun": "own-bun", "handlers-deno": "own-deno" },
  "streams-deno": "own-streams-deno",
}

const servers: readonly (readonly [string, readonly string[]])[] = [
  ["handlers-bun", [...commandOf("bun", "asked.ts"), "handlers"]],
  ["own-bun", [...commandOf("bun", "asked_own.mjs"), "handlers"]],
  ["handlers-deno", [...commandOf("deno", "asked.ts"), "handlers"]],
  ["own-deno", [...commandOf("deno", "asked_own.mjs"), "handlers"]],
  ["floor-bun", commandOf("bun", "asked_floor.ts")],
  ["floor-deno", commandOf("deno", "asked_floor.ts")],
  ["streams-bun", [...commandOf("bun", "asked.ts"), "streams"]],
  ["streams-deno", [...commandOf("deno", "asked.ts"), "streams"]],
  ["own-streams-deno", [...commandOf("deno", "asked_own.mjs"), "streams"]],
]

/** The same calls to the kernel, and nothing else: the least that handlers can cost. */
const floors = ["floor-bun", "floor-deno"]
