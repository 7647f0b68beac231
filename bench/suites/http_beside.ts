import { setTimeout as sleep } from "node:timers/promises"
import { hold, sayTrouble, watchedFor } from "../method/contest.ts"
import type { Timed } from "../method/cost.ts"
import type { Round } from "../method/rounds.ts"
import { costOf, type Spread, spreadOf } from "../method/rows.ts"
import { spread } from "../page/units.ts"
import { type Sent, sentBetween } from "../peers/http_sent.ts"
import { first } from "../peers/first.ts"
import { startHttpClient } from "../peers/http_client.ts"
import type { HttpServer } from "../peers/http_server.ts"
import { startHttpServers } from "../peers/http_servers.ts"
import { type Link, openLink } from "../peers/link.ts"
import { warm } from "../peers/warm.ts"
import { askByWrk, type Told, wrkObstacle } from "../peers/wrk.ts"
import type { Options } from "../options.ts"
import { type Columns, sayTable } from "./columns.ts"
import { meanOf, sentColumns } from "./http_rows.ts"

/** A server that is asked for 1 KiB from memory, without and with so many downloads beside it. */
export interface HttpBesideRow {
  readonly rival: string
  readonly link: string
  readonly source: "memory" | "file"
  readonly bytes: number
  readonly downloads: number
  /** Of the small requests, in microseconds: medians of the rounds. */
  readonly alone: Latency
  readonly beside: Latency
  /** The 99th percentile beside downloads over that without, round by round. */
  readonly p99OfAlone: Spread
  readonly smallPerSecond: number
  readonly downloadedPerSecond: number
  /** What the slowest of as many downloads got in the same time, over what the median one got. */
  readonly slowestOfMedian: number
  /** Of all that it sent meanwhile, nearly all downloads: the mean of the rounds. Only Zerowire's tells. */
  readonly sent?: Sent
}

/** Measures small requests beside large ones; `say` gets the table. */
export async function measureHttpBeside(
  options: Options,
  say: (text: string) => void,
): Promise<readonly HttpBesideRow[]> {
  const obstacle = wrkObstacle()
  if (obstacle !== undefined) {
    say(`Cannot measure small requests beside downloads: ${obstacle}`)
    return []
  }
  using link = openLink(options.link, { ...options, queue: true })
  const rows: HttpBesideRow[] = []
  for (const bytes of options.chunks) {
    for (const source of options.from) {
      await using servers = await startHttpServers(link, { source, bytes, small: true })
      for (const downloads of options.sockets) {
        say(`\n${options.link}: 1 KiB beside ${downloads} downloads of ${bytes} bytes (${source})`)
        const flaws = new Map([...servers.flaws, ...await warm(link, servers, options.warmSeconds)])
        const standings = await hold<BesideCost>({
          names: servers.names,
          check: (name) => Promise.resolve(flaws.get(name)),
          measure: (name) => askBoth(link, servers.get(name), downloads, options.idleSeconds),
        }, options)
        const asked = { link: options.link, source, bytes, downloads }
        const measured = besideRowsOf(standings.rounds, asked)
        sayTable(measured, columns, say)
        sayTrouble(standings, say)
        rows.push(...measured)
      }
    }
  }
  return rows
}

type Latency = Pick<Told, "p50" | "p99">

/** What a server did in a round. */
export interface BesideCost extends Timed {
  readonly alone: Told
  readonly beside: Told
  readonly downloads: Told
  readonly slowestOfMedian: number
  /** Undefined if the server does not tell. */
  readonly sent?: Sent
}

/** A row for each server that took part. */
export function besideRowsOf(
  rounds: readonly Round<BesideCost>[],
  asked: Pick<HttpBesideRow, "link" | "source" | "bytes" | "downloads">,
): readonly HttpBesideRow[] {
  return [...rounds[0]?.keys() ?? []].map((rival): HttpBesideRow => {
    const costs = rounds.map((round) => costOf(round, rival))
    const median = (of: (cost: BesideCost) => number) => spreadOf(costs.map(of)).median
    const sent = meanOf(costs.flatMap(({ sent }) => sent ?? []))
    const latency = (name: "alone" | "beside"): Latency => ({
      ...{ p50: median((cost) => cost[name].p50), p99: median((cost) => cost[name].p99) },
    })
    return {
      ...{ rival, ...asked, alone: latency("alone"), beside: latency("beside") },
      p99OfAlone: spreadOf(costs.map(({ alone, beside }) => beside.p99 / alone.p99)),
      smallPerSecond: median(({ beside }) => beside.requests / beside.seconds),
      downloadedPerSecond: median(({ downloads }) => downloads.bytes / downloads.seconds),
      slowestOfMedian: median((cost) => cost.slowestOfMedian),
      ...(sent && { sent }),
    }
  })
}

async function askBoth(
  link: Link,
  server: HttpServer,
  connections: number,
  seconds: number,
): Promise<BesideCost> {
  const sentBefore = await server.sent()
  const before = server.cpuSeconds()
  const { result, foreign } = await watchedFor(async () => {
    const small = `${server.url}small`
    const alone = await askByWrk(link, small, smallConnections, seconds, urgent)
    const downloading = askByWrk(link, server.url, connections, seconds + 2, { long: true })
    downloading.catch(() => {})
    await sleep(1000)
    const beside = await askByWrk(link, small, smallConnections, seconds, urgent)
    const downloads = await downloading
    return {
      alone,
      beside,
      downloads,
      slowestOfMedian: await race(link, server, connections, seconds),
    }
  })
  const cpu = server.cpuSeconds() - before
  const sentAfter = await server.sent()
  return {
    ...{ userSeconds: 0, systemSeconds: cpu, foreignSeconds: foreign },
    ...{ ...result, seconds: 3 * seconds + 3 },
    ...(sentBefore && sentAfter && { sent: sentBetween(sentBefore, sentAfter) }),
  }
}

/** Whether each download gets its share. */
async function race(
  link: Link,
  { url }: HttpServer,
  connections: number,
  seconds: number,
): Promise<number> {
  using client = startHttpClient(link, url)
  return (await client.race(connections, seconds)).slowest
}

/** Enough for a percentile, and too few to take the server's CPU from the downloads. */
const smallConnections = 4

const urgent = { before: first }

const columns: Columns<HttpBesideRow> = {
  rival: ({ rival }) => rival,
  downloads: ({ downloads }) => String(downloads),
  from: ({ source }) => source,
  "p50 µs alone": ({ alone }) => alone.p50.toFixed(0),
  "p99 µs alone": ({ alone }) => alone.p99.toFixed(0),
  "p50 µs beside": ({ beside }) => beside.p50.toFixed(0),
  "p99 µs beside": ({ beside }) => beside.p99.toFixed(0),
  "p99 beside/alone (least–most)": ({ p99OfAlone }) => spread(p99OfAlone),
  "small/s": ({ smallPerSecond }) => smallPerSecond.toFixed(0),
  slowest: ({ slowestOfMedian }) => slowestOfMedian.toFixed(2),
  "MB/s": ({ downloadedPerSecond }) => (downloadedPerSecond / 1e6).toFixed(0),
  ...sentColumns,
}
