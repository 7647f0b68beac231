import { fieldIn } from "./fields.ts"
import type { Hop } from "./hops.ts"

/**
 * The hops in X-Forwarded-For, -Proto and -Host. Each proxy adds its client's address to the first; most
 * replace the others, so a value without a partner belongs to the nearest proxy.
 */
export function xForwardedHops(lines: string): readonly Hop[] {
  const [nodes, protos, hosts] = names.map((name) => listOf(fieldIn(lines, name)))
  const count = Math.max(nodes.length, protos.length > 0 || hosts.length > 0 ? 1 : 0)
  return Array.from({ length: count }, (_, i): Hop => ({
    node: nodes[i],
    proto: partner(protos, i, count),
    host: partner(hosts, i, count),
  }))
}

function partner(values: readonly string[], index: number, count: number): string | undefined {
  if (values.length === count) return values[index]
  return index === count - 1 ? values.at(-1) : undefined
}

const listOf = (value: string | undefined): readonly string[] =>
  value === undefined
    ? []
    : value.split(",").map((member) => member.trim()).filter((member) => member !== "")

const names = ["x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"]
