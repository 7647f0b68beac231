import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import type { Options } from "../options.ts"
import type { Reference } from "../peers/compiler.ts"
import { spreadOf } from "../method/rows.ts"
import { commandOf } from "../rivals.ts"
import { type Columns, sayTable } from "./columns.ts"

/** A server of small messages, with so many connections that ask all the time. */
export interface SmallRow {
  readonly rival: string
  readonly connections: number
  /** Medians of the rounds. */
  readonly requestsPerSecond: number
  /** Of a round trip, in microseconds. */
  readonly median: number
  readonly p99: number
  /** User and system time of the server for each request, in microseconds. */
  readonly cpuMicros: number
}

type Asked = Omit<SmallRow, "rival" | "connections">

/**
 * Has `wrk` ask servers in turn, over loopback: the server on one CPU, `wrk` on another. `say` gets the
 * table.
 */
export async function measureSmall(
  { sockets, rounds }: Pick<Options, "sockets" | "rounds">,
  { programs }: Reference,
  say: (text: string) => void,
): Promise<readonly SmallRow[]> {
  if (spawnSync("wrk", ["-v"]).error !== undefined) {
    say("Cannot measure small messages: there is no `wrk`. Debian has it as a package")
    return []
  }
  const rivals = new Map(smallRivals)
  if (programs !== undefined) rivals.set("c", [programs.asked])
  const rows: SmallRow[] = []
  for (const connections of sockets.filter((n) => n > 0)) {
    const asked = new Map([...rivals.keys()].map((name): [string, Asked[]] => [name, []]))
    for (let round = 0; round < rounds; round++) {
      for (const [name, command] of rivals) {
        asked.get(name)?.push(await askOne(command, connections))
      }
    }
    for (const [rival, all] of asked) rows.push({ rival, connections, ...medianOf(all) })
  }
  say(`\nloopback: requests of ${rounds} rounds of ${seconds} s`)
  sayTable(rows, columns, say)
  return rows
}

async function askOne(command: readonly string[], connections: number): Promise<Asked> {
  const [name, ...args] = ["taskset", "-c", "0", ...command]
  const server = spawn(name, args, { stdio: ["pipe", "pipe", "inherit"] })
  try {
    const [port] = await once(server.stdout, "data")
    const url = `http://127.0.0.1:${String(port).trim()}/`
    // Compilers are done then.
    ask(url, connections, seconds)
    const before = cpuMicrosOf(server)
    const told = toldBy(ask(url, connections, seconds))
    return { ...told, cpuMicros: (cpuMicrosOf(server) - before) / told.requests }
  } finally {
    const ended = once(server, "exit")
    server.stdin.end()
    await ended
  }
}

function ask(url: string, connections: number, seconds: number): string {
  const options = ["-t", "1", "-c", String(connections), "-d", `${seconds}s`, "--latency", url]
  const { stdout } = spawnSync("taskset", ["-c", "1", "wrk", ...options], { encoding: "utf8" })
  return stdout
}

/** What `wrk` says. */
export function toldBy(text: string): Omit<Asked, "cpuMicros"> & { readonly requests: number } {
  const find = (pattern: RegExp): string => {
    const found = pattern.exec(text)?.[1]
    if (found === undefined) throw new Error(`wrk did not say ${pattern.source}: ${text}`)
    return found
  }
  return {
    requests: Number(find(/(\d+) requests in/)),
    requestsPerSecond: Number(find(/Requests\/sec:\s+([\d.]+)/)),
    median: microsOf(find(/50%\s+(\S+)/)),
    p99: microsOf(find(/99%\s+(\S+)/)),
  }
}

/** `250.00us`, `1.20ms`, `2.00s` */
function microsOf(text: string): number {
  const units: Readonly<Record<string, number>> = { us: 1, ms: 1000, s: 1e6 }
  const [, number, unit] = /^([\d.]+)([a-z]+)$/.exec(text) ?? []
  return Number(number) * (units[unit] ?? NaN)
}

/** `utime` and `stime`, in ticks of 10 ms (proc(5)). */
function cpuMicrosOf({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(")").at(-1)?.trim().split(" ") ??
    []
  return (Number(fields[11]) + Number(fields[12])) * 10_000
}

function medianOf(all: readonly Asked[]): Asked {
  const median = (of: (asked: Asked) => number) => spreadOf(all.map(of)).median
  return {
    requestsPerSecond: median((asked) => asked.requestsPerSecond),
    median: median((asked) => asked.median),
    p99: median((asked) => asked.p99),
    cpuMicros: median((asked) => asked.cpuMicros),
  }
}

const smallRivals: readonly (readonly [string, readonly string[]])[] = [
  ["handlers-bun", [...commandOf("bun", "asked.ts"), "handlers"]],
  ["own-bun", [...commandOf("bun", "asked_own.mjs"), "handlers"]],
  ["handlers-deno", [...commandOf("deno", "asked.ts"), "handlers"]],
  ["own-deno", [...commandOf("deno", "asked_own.mjs"), "handlers"]],
  ["streams-bun", [...commandOf("bun", "asked.ts"), "streams"]],
  ["streams-deno", [...commandOf("deno", "asked.ts"), "streams"]],
  ["own-streams-deno", [...commandOf("deno", "asked_own.mjs"), "streams"]],
]

const columns: Columns<SmallRow> = {
  rival: ({ rival }) => rival,
  connections: ({ connections }) => String(connections),
  "requests/s": ({ requestsPerSecond }) => requestsPerSecond.toFixed(0),
  "median µs": ({ median }) => median.toFixed(0),
  "p99 µs": ({ p99 }) => p99.toFixed(0),
  "CPU µs": ({ cpuMicros }) => cpuMicros.toFixed(1),
}

const seconds = 2
