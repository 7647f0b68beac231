import type { ChildProcess } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import type { Options } from "../options.ts"
import type { Reference } from "../peers/compiler.ts"
import { type Link, openLink } from "../peers/link.ts"
import { askByWrk, wrkObstacle } from "../peers/wrk.ts"
import { spreadOf } from "../method/rows.ts"
import { Status } from "../method/status.ts"
import { commandOf } from "../rivals.ts"
import type { Ask } from "../sizes.ts"
import { type Columns, sayTable } from "./columns.ts"

/** A server of small messages, with so many connections that ask all the time. */
export interface SmallRow {
  readonly rival: string
  readonly ask: Ask
  readonly connections: number
  /** Medians of the rounds. */
  readonly requestsPerSecond: number
  /** Of a round trip, in microseconds. */
  readonly median: number
  readonly p99: number
  /** User and system time of the server for each request, in microseconds. */
  readonly cpuMicros: number
}

type Asked = Omit<SmallRow, "rival" | "ask" | "connections">

/**
 * Has `wrk` ask servers in turn, over loopback: the server on one CPU, `wrk` on another. `say` gets the
 * table.
 */
export async function measureSmall(
  options: Options,
  { programs }: Reference,
  say: (text: string) => void,
): Promise<readonly SmallRow[]> {
  const obstacle = wrkObstacle()
  if (obstacle !== undefined) {
    say(`Cannot measure small messages: ${obstacle}`)
    return []
  }
  const { sockets, rounds, asks } = options
  using link = openLink("loopback", options)
  using status = new Status()
  const rows: SmallRow[] = []
  for (const ask of asks) {
    const rivals = new Map(smallRivals)
    if (programs !== undefined && ask === "one") rivals.set("c", [programs.asked])
    if (ask !== "one") { for (const name of floors) rivals.delete(name) }
    for (const connections of sockets.filter((n) => n > 0)) {
      const asked = new Map([...rivals.keys()].map((name): [string, Asked[]] => [name, []]))
      for (let round = 0; round < rounds; round++) {
        for (const [name, command] of rivals) {
          status.show(`${connections} connections, round ${round + 1} of ${rounds}: ${name}`)
          asked.get(name)?.push(await askOne(link, [...command, ask], ask, connections))
        }
      }
      for (const [rival, all] of asked) rows.push({ rival, ask, connections, ...medianOf(all) })
    }
  }
  status.show("")
  say(
    `\nloopback: requests of ${rounds} rounds of ${seconds} s. Every byte is copied, here and by the others`,
  )
  sayTable(rows, columns, say)
  return rows
}

async function askOne(
  link: Link,
  command: readonly string[],
  ask: Ask,
  connections: number,
): Promise<Asked> {
  const server = link.serve(command)
  try {
    const [port] = await once(server.stdout as NonNullable<typeof server.stdout>, "data")
    const url = `http://127.0.0.1:${String(port).trim()}/`
    const manner = { together: ask === "pipelined" ? 16 : 1 }
    // Compilers share the server's CPU. They are done then, nearly.
    await askByWrk(link, url, connections, warmSeconds, manner)
    const before = cpuMicrosOf(server)
    const told = await askByWrk(link, url, connections, seconds, manner)
    return {
      requestsPerSecond: told.requests / told.seconds,
      median: told.p50,
      p99: told.p99,
      cpuMicros: (cpuMicrosOf(server) - before) / told.requests,
    }
  } finally {
    const ended = once(server, "exit")
    server.stdin?.end()
    await ended
  }
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
  ["floor-bun", commandOf("bun", "asked_floor.ts")],
  ["floor-deno", commandOf("deno", "asked_floor.ts")],
  ["streams-bun", [...commandOf("bun", "asked.ts"), "streams"]],
  ["streams-deno", [...commandOf("deno", "asked.ts"), "streams"]],
  ["own-streams-deno", [...commandOf("deno", "asked_own.mjs"), "streams"]],
]

/** The same calls to the kernel, and nothing else: the least that handlers can cost. */
const floors = ["floor-bun", "floor-deno"]

const columns: Columns<SmallRow> = {
  rival: ({ rival }) => rival,
  ask: ({ ask }) => ask,
  connections: ({ connections }) => String(connections),
  "requests/s": ({ requestsPerSecond }) => requestsPerSecond.toFixed(0),
  "median µs": ({ median }) => median.toFixed(0),
  "p99 µs": ({ p99 }) => p99.toFixed(0),
  "CPU µs": ({ cpuMicros }) => cpuMicros.toFixed(1),
}

const seconds = 2
const warmSeconds = 4
