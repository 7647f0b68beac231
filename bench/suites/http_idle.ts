import { setTimeout as sleep } from "node:timers/promises"
import { type HttpClient, startHttpClient } from "../peers/http_client.ts"
import { httpObstacle, httpRivals, startHttpServer } from "../peers/http_server.ts"
import { type Link, openLink } from "../peers/link.ts"
import { Status } from "../method/status.ts"
import type { Options } from "../options.ts"
import { type Columns, sayTable } from "./columns.ts"

/** A server with so many connections that are kept alive, each after one answer of 1 KiB. */
export interface HttpIdleRow {
  readonly rival: string
  readonly link: string
  readonly connections: number
  /** Of the process, resident, for each connection. What the kernel keeps for a socket comes on top. */
  readonly rssBytesEach: number
  /** Of the JavaScript heap after a collection; nginx has none. */
  readonly heapBytesEach?: number
  /** Of one CPU, while nobody asks. */
  readonly cpuPercent: number
  /** Of a request on any of them, one after the other, in microseconds. */
  readonly p50: number
  readonly p99: number
  /** The same before, with few connections. */
  readonly fewP50: number
  readonly fewP99: number
}

/** Measures idle connections of one server after the other; `say` gets the table. */
export async function measureHttpIdle(
  options: Options,
  say: (text: string) => void,
): Promise<readonly HttpIdleRow[]> {
  const { link: name, idleSeconds, messages } = options
  using link = openLink(name, { ...options, queue: true })
  const rows: HttpIdleRow[] = []
  const failures: string[] = []
  using status = new Status()
  for (const connections of options.sockets) {
    for (const rival of httpRivals) {
      status.show(`${connections} connections: ${rival}`)
      try {
        const obstacle = httpObstacle(rival)
        if (obstacle !== undefined) throw new Error(obstacle)
        const row = await measureOne(link, rival, connections, idleSeconds, messages)
        rows.push({ rival, link: name, connections, ...row })
      } catch (failure) {
        failures.push(
          `${rival} has no row: ${failure instanceof Error ? failure.message : failure}`,
        )
      }
    }
  }
  status.show("")
  say(
    `\n${name}: idle connections of HTTP servers, and ${messages} requests on any of them. ` +
      "Answers of 1 KiB are copied by all",
  )
  sayTable(rows, columns, say)
  for (const failure of failures) say(failure)
  return rows
}

async function measureOne(
  link: Link,
  rival: string,
  connections: number,
  seconds: number,
  requests: number,
): Promise<Omit<HttpIdleRow, "rival" | "link" | "connections">> {
  const served = { source: "memory", bytes: 1024, before: manyFiles } as const
  await using server = await startHttpServer(link, rival, served)
  using client = startHttpClient(link, server.url, manyFiles)
  await client.open(fewConnections)
  // Compilers count calls.
  await client.ask(requests)
  const few = await client.ask(requests)
  const heapBefore = await server.heap()
  const rssBefore = server.rss()
  await opened(client, connections + fewConnections)
  const heapAfter = await server.heap()
  const rssAfter = server.rss()
  const cpuBefore = server.cpuSeconds()
  await sleep(seconds * 1000)
  const cpuPercent = (server.cpuSeconds() - cpuBefore) / seconds * 100
  const { p50, p99, lost } = await client.ask(requests)
  if (lost > 0) throw new Error(`it has closed ${lost} of ${connections} connections`)
  return {
    rssBytesEach: (rssAfter - rssBefore) / connections,
    ...(heapBefore && heapAfter && { heapBytesEach: (heapAfter - heapBefore) / connections }),
    ...{ cpuPercent, p50, p99, fewP50: few.p50, fewP99: few.p99 },
  }
}

async function opened(client: HttpClient, count: number): Promise<void> {
  const { open } = await client.open(count)
  if (open !== count) throw new Error(`it keeps ${open} of ${count} connections`)
}

const fewConnections = 16

/** A file descriptor for each connection, where the limit allows to raise it. */
const manyFiles = [
  ...["sh", "-c", 'ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -Hn)"; exec "$@"', "sh"],
]

const columns: Columns<HttpIdleRow> = {
  rival: ({ rival }) => rival,
  connections: ({ connections }) => String(connections),
  "resident bytes each": ({ rssBytesEach }) => rssBytesEach.toFixed(0),
  "heap bytes each": ({ heapBytesEach }) => heapBytesEach?.toFixed(0) ?? "",
  "CPU %": ({ cpuPercent }) => cpuPercent.toFixed(2),
  "p50 µs": ({ p50 }) => p50.toFixed(0),
  "p99 µs": ({ p99 }) => p99.toFixed(0),
  [`p50 µs of ${fewConnections}`]: ({ fewP50 }) => fewP50.toFixed(0),
  [`p99 µs of ${fewConnections}`]: ({ fewP99 }) => fewP99.toFixed(0),
}
