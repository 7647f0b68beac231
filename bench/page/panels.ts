import type { Panel, Point } from "./lines.ts"
import { styleOf } from "./rival_style.ts"

/** A rival at one place of the x axis. */
export interface Placed {
  readonly rival: string
  readonly point: Point
}

/** A panel for each runtime that is ours to run in; what is in neither of them is in both, to compare. */
export function panelsOf(placed: readonly Placed[]): readonly Panel[] {
  const runtimeOf = ({ rival }: Placed) => styleOf(rival).runtime
  const present = ours.filter((runtime) => placed.some((one) => runtimeOf(one) === runtime))
  return present.map((title) => {
    const there = placed.filter((one) => runtimeOf(one) === title || !ours.includes(runtimeOf(one)))
    return { title: `in ${title}`, lines: linesOf(there) }
  })
}

/** A line for each rival, from left to right. */
export const linesOf = (placed: readonly Placed[]): Panel["lines"] =>
  [...Map.groupBy(placed, ({ rival }) => rival)].map(([rival, at]) => ({
    rival,
    points: at.map(({ point }) => point).toSorted((a, b) => a.x - b.x),
  }))

const ours = ["Bun", "Deno"]
