import { flows } from "../flows.ts"
import { bytes } from "../page/units.ts"
import { newestFlows } from "./newest_flows.ts"
import type { Result } from "./result.ts"
import { line, usualRuns } from "./table.ts"

/** The table of docs/comparison.md: every flow that was measured, by everything that sent it. */
export function comparisonTable(results: readonly Result[]): string {
  const rows = newestFlows(results)
  const lines = flows.map(({ name, what }) => {
    const costs = new Map(
      rows.filter(({ flow }) => flow === name).map(({ rival, cpu }) => [rival, cpu]),
    )
    return costs.size === 0 ? undefined : { what, costs }
  }).filter((line) => line !== undefined)
  return [
    line(["what is sent", ...contenders.map(({ head }) => head)]),
    line(["---", ...contenders.map(() => "---:")]),
    ...[streamLine(results), ...lines].map(({ what, costs }) => line([what, ...cellsOf(costs)])),
  ].join("\n")
}

interface Line {
  readonly what: string
  /** CPU seconds for 10⁹ bytes, by the rival's name. */
  readonly costs: ReadonlyMap<string, number>
}

function streamLine(results: readonly Result[]): Line {
  const runs = usualRuns(results).filter(({ series }) => series.chunkBytes === streamBytes)
  const rows = runs[0]?.series.rows ?? []
  return {
    what: `memory that stays, in ${bytes(streamBytes)} chunks`,
    costs: new Map(rows.map(({ rival, cpuSecondsPerGB }) => [rival, cpuSecondsPerGB.median])),
  }
}

/** The least is bold, the programs in C aside: nobody writes a service in those. */
function cellsOf(costs: Line["costs"]): readonly string[] {
  const found = contenders.map(({ rivals }) =>
    rivals.map((rival) => costs.get(rival)).find((cost) => cost !== undefined)
  )
  const least = Math.min(...found.slice(0, -1).filter((cost) => cost !== undefined))
  return found.map((cost) => {
    if (cost === undefined) return "–"
    return cost === least ? `**${cost.toFixed(2)}**` : cost.toFixed(2)
  })
}

/** Of several ways, the first that was measured. */
const contenders = [
  { head: "Zerowire in Bun", rivals: ["sendfile-bun", "zerowire-bun"] },
  { head: "Zerowire in Deno", rivals: ["sendfile-deno", "zerowire-deno"] },
  { head: "Bun's sockets", rivals: ["own-bun"] },
  { head: "Deno's sockets", rivals: ["own-deno"] },
  { head: "Bun.serve", rivals: ["serve-bun"] },
  { head: "Deno.serve", rivals: ["serve-deno"] },
  { head: "nginx", rivals: ["nginx"] },
  { head: "C", rivals: ["c-zerocopy", "c-sendfile", "c-splice"] },
] as const

const streamBytes = 64 * 1024
