import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import type { Options } from "../options.ts"
import { commandOf } from "../rivals.ts"
import { type Columns, sayTable } from "./columns.ts"

/** What a server of one size of body costs. */
export interface HttpRow {
  readonly rival: string
  readonly source: "memory" | "file"
  readonly bytes: number
  readonly connections: number
  /** Medians of the rounds. */
  readonly requestsPerSecond: number
  readonly microsecondsPerRequest: number
  /** CPU time of a request, by that of the runtime's own server: the median of the rounds' ratios. */
  readonly ratio: number
}

/** Measures responses with `wrk`, over loopback; `say` gets the table. */
export async function measureHttp(
  { chunks, peers, rounds, idleSeconds }: Pick<
    Options,
    "chunks" | "peers" | "rounds" | "idleSeconds"
  >,
  say: (text: string) => void,
): Promise<readonly HttpRow[]> {
  say("\nloopback, HTTP: serve beside the runtime's own server, by wrk")
  if (spawnSync("wrk", ["--version"]).error !== undefined) {
    say("wrk is not installed: apt-get install wrk")
    return []
  }
  const rows: HttpRow[] = []
  for (const bytes of chunks) {
    for (const source of ["memory", "file"] as const) {
      for (const connections of peers) {
        for (const runtime of ["bun", "deno"] as const) {
          const own: Load[] = []
          const ours: Load[] = []
          for (let round = 0; round < rounds; round++) {
            const load = { runtime, source, bytes, connections, seconds: idleSeconds }
            ours.push(await loadOn({ ...load, rival: "zerowire" }))
            own.push(await loadOn({ ...load, rival: "own" }))
          }
          const row = (rival: string, loads: readonly Load[]): HttpRow => ({
            ...{ rival: `${rival}-${runtime}`, source, bytes, connections },
            requestsPerSecond: median(loads.map(({ rate }) => rate)),
            microsecondsPerRequest: median(loads.map(({ cost }) => cost)),
            ratio: median(loads.map(({ cost }, i) => cost / own[i].cost)),
          })
          rows.push(row("zerowire", ours), row("own", own))
        }
      }
    }
  }
  sayTable(rows, columns, say)
  return rows
}

/** Requests a second, and microseconds of CPU time of the server's process for each. */
interface Load {
  readonly rate: number
  readonly cost: number
}

async function loadOn({ runtime, rival, source, bytes, connections, seconds }: {
  readonly runtime: "bun" | "deno"
  readonly rival: string
  readonly source: string
  readonly bytes: number
  readonly connections: number
  readonly seconds: number
}): Promise<Load> {
  const [name, ...args] = commandOf(runtime, "http.ts")
  const server = spawn(name, [...args, rival, source, String(bytes)], {
    stdio: ["ignore", "pipe", "inherit"],
  })
  // It may end, by a failure, before anybody stops it.
  const ended = new Promise((resolve) => server.once("exit", resolve))
  try {
    const [port] = await Promise.race([
      once(server.stdout, "data"),
      ended.then(() =>
        Promise.reject(new Error(`${rival} in ${runtime} ended before it listened`))
      ),
    ])
    const url = `http://127.0.0.1:${Number(String(port))}/`
    const body = new Uint8Array(await (await fetch(url)).arrayBuffer())
    if (body.byteLength !== bytes || body.some((byte) => byte !== 65)) {
      throw new Error(`${rival} in ${runtime} sends something else`)
    }
    // Compilers count calls.
    await requests(url, connections, 1)
    const before = cpuSeconds(server.pid)
    const done = await requests(url, connections, seconds)
    return { rate: done / seconds, cost: (cpuSeconds(server.pid) - before) / done * 1e6 }
  } finally {
    server.kill()
    await ended
  }
}

/** How many requests `wrk` gets answered. */
async function requests(url: string, connections: number, seconds: number): Promise<number> {
  const wrk = spawn("wrk", ["-t1", `-c${connections}`, `-d${seconds}s`, url])
  let output = ""
  wrk.stdout.on("data", (text) => output += text)
  await once(wrk, "close")
  const done = Number(/(\d+) requests in/.exec(output)?.[1] ?? 0)
  if (done === 0 || /Non-2xx|Socket errors/.test(output)) throw new Error(`wrk: ${output}`)
  return done
}

/** User and system time of a process, all threads (proc(5): fields 14 and 15, in 1/100 s). */
function cpuSeconds(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "latin1").replace(/^.*\) /, "").split(" ")
  return (Number(fields[11]) + Number(fields[12])) / 100
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]

const columns: Columns<HttpRow> = {
  rival: ({ rival }) => rival,
  from: ({ source }) => source,
  bytes: ({ bytes }) => String(bytes),
  connections: ({ connections }) => String(connections),
  "requests/s": ({ requestsPerSecond }) => requestsPerSecond.toFixed(0),
  "CPU µs a request": ({ microsecondsPerRequest }) => microsecondsPerRequest.toFixed(1),
  "vs. the runtime's own": ({ ratio }) => ratio.toFixed(2),
}
