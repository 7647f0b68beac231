import { setTimeout as sleep } from "node:timers/promises"
import type { Options } from "../options.ts"
import { startAsked } from "../peers/asked_server.ts"
import type { Reference } from "../peers/compiler.ts"
import { type Link, openLink } from "../peers/link.ts"
import { askByWrk, wrkObstacle } from "../peers/wrk.ts"
import { spreadOf } from "../method/rows.ts"
import { Status } from "../method/status.ts"
import { type Ask, isPaced } from "../sizes.ts"
import { type Columns, sayTable } from "./columns.ts"
import { smallRivals } from "./small_rivals.ts"

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
  for (const ask of asks.filter((ask) => !isPaced(ask))) {
    const rivals = smallRivals(ask, programs)
    for (const connections of sockets.filter((n) => n > 0)) {
      const asked = new Map([...rivals.keys()].map((name): [string, Asked[]] => [name, []]))
      for (let round = 0; round < rounds; round++) {
        for (const [name, command] of rivals) {
          status.show(`${connections} connections, round ${round + 1} of ${rounds}: ${name}`)
          asked.get(name)?.push(await askOne(link, command, ask, connections))
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
  await using server = await startAsked(link, command)
  const url = `http://127.0.0.1:${server.port}/`
  const manner = { together: ask === "pipelined" ? 16 : 1 }
  // Compilers share the server's CPU. They are done then, nearly.
  await askByWrk(link, url, connections, warmSeconds, manner)
  // What its connections leave behind is a cost of closing, which `closing` asks for.
  await sleep(1000)
  const before = server.cpuSeconds()
  const told = await askByWrk(link, url, connections, seconds, manner)
  return {
    requestsPerSecond: told.requests / told.seconds,
    median: told.p50,
    p99: told.p99,
    cpuMicros: (server.cpuSeconds() - before) * 1e6 / told.requests,
  }
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
