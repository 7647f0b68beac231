import { spawnSync } from "node:child_process"
import type { Options } from "../options.ts"
import { commandOf } from "../rivals.ts"
import type { SystemCalls } from "../instruments/strace.ts"
import { type Columns, sayTable } from "./columns.ts"

/** What one accepted connection costs that reads a request, answers, and closes. */
export interface ConnectionsRow {
  readonly runtime: string
  /** How many were open at once. */
  readonly connections: number
  /** What Zerowire asked of the kernel for each, by name, the most frequent one first. */
  readonly calls: SystemCalls
  /** Bytes of JavaScript heap for each while it is open. What the kernel keeps comes on top. */
  readonly heapBytes: number
}

/** Counts calls and heap in both runtimes; `say` gets the table. Over loopback: nothing is timed. */
export function measureConnections(
  { sockets }: Pick<Options, "sockets">,
  say: (text: string) => void,
): readonly ConnectionsRow[] {
  say("\nloopback: what an accepted connection costs")
  const rows = runtimes.flatMap(([runtime, flags]) =>
    sockets.flatMap((connections): ConnectionsRow[] => {
      const [name, ...args] = commandOf(runtime, "connections.ts", flags)
      const run = [...args, String(connections)]
      const { status, stdout, stderr } = spawnSync(name, run, { encoding: "utf8" })
      if (status === 0) return [{ runtime, connections, ...JSON.parse(stdout) }]
      say(`${runtime}: ${connections} connections failed: ${stderr.trim().split("\n").at(-1)}`)
      return []
    })
  )
  sayTable(rows, columns, say)
  return rows
}

/** All calls for one connection. */
export const callsOf = ({ calls }: Pick<ConnectionsRow, "calls">): number =>
  Object.values(calls).reduce((sum, n) => sum + n, 0)

/** `receive 3, accept 1, …` */
export const namedCalls = ({ calls }: Pick<ConnectionsRow, "calls">): string =>
  Object.entries(calls).map(([name, n]) => `${name} ${n}`).join(", ")

/** Bun lets every program collect garbage. */
const runtimes = [["bun", []], ["deno", ["--v8-flags=--expose-gc"]]] as const

const columns: Columns<ConnectionsRow> = {
  runtime: ({ runtime }) => runtime,
  connections: ({ connections }) => String(connections),
  "heap bytes each": ({ heapBytes }) => String(heapBytes),
  "calls each": (row) => callsOf(row).toFixed(1),
  "by name": namedCalls,
}
