import { spawnSync } from "node:child_process"
import type { Reference } from "../peers/compiler.ts"
import { type Link, openLink } from "../peers/link.ts"
import type { Options } from "../options.ts"
import { startListener } from "../peers/listener.ts"
import { commandOf, counted, type Rival } from "../rivals.ts"
import { ringBytes } from "../rivals/source.mjs"
import { difference, hasStrace, type SystemCalls, traced } from "../instruments/strace.ts"

/** What one call through FFI costs. */
export interface CallCost {
  readonly runtime: string
  /** Of a function that does nothing. */
  readonly callNanos: number
  /** Of a system call that does nothing. */
  readonly systemCallNanos: number
}

/** The calls of one rival. */
export interface CallsRow {
  readonly rival: string
  readonly chunkBytes: number
  /**
   * `port`: what Zerowire asks of the kernel. `strace`: every system call of the process, which is
   * slowed down so much that it waits less often for room than it would.
   */
  readonly by: "port" | "strace"
  /** For each 10⁹ bytes, by name, the most frequent one first. */
  readonly callsPerGB: SystemCalls
}

/** Measures what a call costs in each runtime; `say` gets each line. */
export const measureCallCosts = (say: (text: string) => void): readonly CallCost[] =>
  (["bun", "deno"] as const).map((runtime) => {
    const [name, ...args] = commandOf(runtime, "ffi.ts")
    const { status, stdout, stderr } = spawnSync(name, args, { encoding: "utf8" })
    if (status !== 0) throw new Error(`Cannot measure calls in ${runtime}: ${stderr}`)
    const cost: CallCost = { runtime, ...JSON.parse(stdout) }
    const [call, systemCall] = [cost.callNanos, cost.systemCallNanos].map((n) => n.toFixed(0))
    say(`${runtime}: a call through FFI takes ${call} ns, with a system call ${systemCall} ns`)
    return cost
  })

/** Counts the calls of all rivals with one size of chunk; `say` gets each line. */
export async function countCalls(
  options: Options,
  chunkBytes: number,
  reference: Reference,
  say: (text: string) => void,
): Promise<readonly CallsRow[]> {
  using link = openLink(options.link, options)
  const { port } = await startListener(link, "receiver", [], reference.programs)
  const { programs } = reference
  const { source, rivals } = options
  const job = { address: link.address, port, chunkBytes, source, warmBytes: 0 }
  const count = (rival: Rival, by: "port" | "strace"): CallsRow => {
    const run = by === "port" ? askedOfPort : askedOfStrace
    const ofJob = (totalBytes: number) => run(link, rival.command({ ...job, totalBytes }, programs))
    const callsPerGB = perGB(difference(ofJob(shortJob + countedBytes), ofJob(shortJob)))
    const row: CallsRow = { rival: rival.name, chunkBytes, by, callsPerGB }
    say(formatCalls(row))
    return row
  }
  say(`\n${options.link}, ${source}, chunks of ${chunkBytes} bytes: calls for each 10⁹ bytes`)
  const rows = counted.map((rival) => count(rival, "port"))
  if (!hasStrace()) {
    say("The system calls of the whole process are counted where strace is installed")
    return rows
  }
  const able = rivals.filter(({ sends, inC }) =>
    sends !== false && (!inC || programs !== undefined)
  )
  return [...rows, ...able.map((rival) => count(rival, "strace"))]
}

/** One rival in one line. */
function formatCalls({ rival, by, callsPerGB }: CallsRow): string {
  const calls = Object.entries(callsPerGB)
  const sum = calls.reduce((sum, [, count]) => sum + count, 0)
  const most = calls.slice(0, shown).map(([name, count]) => `${name} ${count}`).join(", ")
  return `${rival.padEnd(14)}  ${by.padEnd(6)}  ${String(sum).padStart(8)}  ${most}`
}

const askedOfPort = (link: Link, command: readonly string[]): SystemCalls =>
  JSON.parse(link.send(command).trim().split("\n").at(-1) ?? "").calls

const askedOfStrace = (link: Link, command: readonly string[]): SystemCalls =>
  traced(command, (command) => link.send(command))

const perGB = (calls: SystemCalls): SystemCalls =>
  Object.fromEntries(
    Object.entries(calls).map(([name, n]) => [name, Math.round(n / (countedBytes / 1e9))] as const)
      .filter(([, n]) => n > 0).toSorted(([, a], [, b]) => b - a),
  )

/** The calls of a start and an end are in this one and in the longer one, and go. */
const shortJob = 4 * ringBytes
const countedBytes = 16 * ringBytes
const shown = 6
