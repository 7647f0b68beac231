import type { Timed } from "../method/cost.ts"
import { cpuOf } from "../method/cost.ts"
import type { Round } from "../method/rounds.ts"
import { costOf, type Spread, spreadOf } from "../method/rows.ts"
import { bytes as inUnits, number, share, spread } from "../page/units.ts"
import type { Sent } from "../peers/http_sent.ts"
import type { Served } from "../peers/http_server.ts"
import type { Told } from "../peers/wrk.ts"
import type { Columns } from "./columns.ts"

/** What a server did in a round, and what it took. */
export interface HttpCost extends Timed, Told {
  /** Undefined if the server does not tell. */
  readonly sent?: Sent
}

/** What was asked for. */
export interface Asked extends Pick<Served, "source" | "bytes"> {
  readonly link: string
  readonly mtu: number
  readonly connections: number
  /** Whether each request had a connection of its own. */
  readonly closing?: boolean
}

/** A server of one size of body. */
export interface HttpRow extends Asked {
  readonly rival: string
  /** Medians of the rounds, as all figures that have no spread. */
  readonly requestsPerSecond: number
  /** User and system time of the server, in microseconds for each request. */
  readonly cpuMicros: number
  /** The same in seconds for each 10⁹ bytes, heads among them. */
  readonly cpuPerGB: number
  /** Of a request, in microseconds. */
  readonly p50: number
  readonly p99: number
  /** Over the runtime's own server, round by round; CPU is that of a byte. */
  readonly ofOwn?: Compared
  /** Over nginx, which always serves a file. */
  readonly ofNginx?: Compared
  /** The mean of the rounds; only Zerowire's server tells. */
  readonly sent?: Sent
}

interface Compared {
  readonly cpu: Spread
  readonly requests: Spread
}

/** A row for each server that took part. */
export function httpRowsOf(rounds: readonly Round<HttpCost>[], asked: Asked): readonly HttpRow[] {
  return [...rounds[0]?.keys() ?? []].map((rival): HttpRow => {
    const costs = rounds.map((round) => costOf(round, rival))
    const median = (of: (cost: HttpCost) => number) => spreadOf(costs.map(of)).median
    const ofOwn = compared(rounds, rival, `own-${rival.split("-")[1]}`)
    const ofNginx = compared(rounds, rival, "nginx")
    const sent = meanOf(costs.flatMap(({ sent }) => sent ?? []))
    return {
      ...{ rival, ...asked, requestsPerSecond: median(rateOf) },
      cpuMicros: median((cost) => cpuOf(cost) * 1e6 / cost.requests),
      cpuPerGB: median((cost) => cpuOf(cost) * 1e9 / cost.bytes),
      ...{ p50: median(({ p50 }) => p50), p99: median(({ p99 }) => p99) },
      ...(ofOwn && { ofOwn }),
      ...(ofNginx && { ofNginx }),
      ...(sent && { sent }),
    }
  })
}

function compared(
  rounds: readonly Round<HttpCost>[],
  rival: string,
  other: string,
): Compared | undefined {
  if (rival === other || !rounds[0].has(other)) return undefined
  const over = (of: (cost: HttpCost) => number): Spread =>
    spreadOf(rounds.map((round) => of(costOf(round, rival)) / of(costOf(round, other))))
  return { cpu: over((cost) => cpuOf(cost) / cost.bytes), requests: over(rateOf) }
}

/** The mean of what a server told of its rounds, if it did. */
export function meanOf(all: readonly Sent[]): Sent | undefined {
  if (all.length === 0) return undefined
  const mean = (name: keyof Sent) => all.reduce((sum, sent) => sum + sent[name], 0) / all.length
  return {
    ...{ zerocopy: mean("zerocopy"), moved: mean("moved"), copied: mean("copied") },
    ...{ kernelCopied: mean("kernelCopied"), unknown: mean("unknown") },
  }
}

const rateOf = ({ requests, seconds }: HttpCost): number => requests / seconds

/** CPU is said of a request where bodies are small, and of a gigabyte where they are not. */
const perGBFrom = 64 * 1024

const cpu = ({ bytes, cpuMicros, cpuPerGB }: HttpRow): string =>
  bytes >= perGBFrom ? `${number(cpuPerGB)} s/GB` : `${cpuMicros.toFixed(1)} µs`

const micros = (value: number): string => value.toFixed(0)

/** How the bytes went, where the server tells. */
export const sentColumns: Columns<{ readonly sent?: Sent }> = {
  "zero-copy": ({ sent }) => sent ? share(sent.zerocopy) : "",
  moved: ({ sent }) => sent ? share(sent.moved) : "",
  copied: ({ sent }) => sent ? share(sent.copied) : "",
  "by the kernel": ({ sent }) => sent ? share(sent.kernelCopied) : "",
  unknown: ({ sent }) => sent ? share(sent.unknown) : "",
}

export const httpColumns: Columns<HttpRow> = {
  rival: ({ rival }) => rival,
  body: ({ bytes }) => inUnits(bytes),
  from: ({ source }) => source,
  connections: ({ connections }) => String(connections),
  "requests/s": ({ requestsPerSecond }) => requestsPerSecond.toFixed(0),
  CPU: cpu,
  "p50 µs": ({ p50 }) => micros(p50),
  "p99 µs": ({ p99 }) => micros(p99),
  "CPU vs. own (least–most)": ({ ofOwn }) => ofOwn ? spread(ofOwn.cpu) : "",
  "requests vs. own": ({ ofOwn }) => ofOwn ? number(ofOwn.requests.median) : "",
  "CPU vs. nginx": ({ ofNginx }) => ofNginx ? number(ofNginx.cpu.median) : "",
  "requests vs. nginx": ({ ofNginx }) => ofNginx ? number(ofNginx.requests.median) : "",
  ...sentColumns,
}
