import { cpuOf, type Timed } from "../method/cost.ts"
import type { Round } from "../method/rounds.ts"
import { costOf, type Spread, spreadOf } from "../method/rows.ts"
import { number, spread } from "../page/units.ts"
import type { Sent } from "../peers/http_sent.ts"
import type { Paced } from "../peers/pacer.ts"
import type { Columns } from "./columns.ts"
import { meanOf, sentColumns } from "./http_rows.ts"
import { ownOf } from "./small_rivals.ts"

/** How a server was asked. */
export interface PacedAsk {
  readonly ask: "rate" | "beside"
  readonly connections: number
  /** Requests a second, of all connections together. */
  readonly rate: number
  /** Other connections that took bodies meanwhile. */
  readonly takers: number
}

/** A server that is asked at a fixed rate. Figures without a spread are medians of the rounds. */
export interface PacedRow extends PacedAsk, Paced {
  readonly rival: string
  /** The 99th percentile over that of the runtime's own sockets, round by round. */
  readonly p99OfOwn?: Spread
  /** User and system time of the server for each answer, in microseconds. Without takers alone. */
  readonly cpuMicros?: number
  /** What takers got. */
  readonly taken?: Taken
  /** How the bodies went, the mean of the rounds. Only Zerowire tells. */
  readonly sent?: Sent
}

interface Taken {
  /** Of all takers together. */
  readonly bytesPerSecond: number
  /** User and system time of the server in seconds for each 10⁹ bytes, answers among it. */
  readonly cpuPerGB: number
  /** What the slowest taker got, over what the median one got. */
  readonly slowestOfMedian: number
}

/** What a server did in a round. */
export interface PacedCost extends Timed, Paced {
  /** Bytes of each taker. */
  readonly taken: readonly number[]
  readonly sent?: Sent
}

/** A row for each server that took part. */
export function pacedRowsOf(
  rounds: readonly Round<PacedCost>[],
  asked: PacedAsk,
): readonly PacedRow[] {
  return [...rounds[0]?.keys() ?? []].map((rival): PacedRow => {
    const costs = rounds.map((round) => costOf(round, rival))
    const median = (of: (cost: PacedCost) => number) => spreadOf(costs.map(of)).median
    const own = ownOf[rival]
    const sent = meanOf(costs.flatMap(({ sent }) => sent ?? []))
    return {
      ...{ rival, ...asked, due: median(({ due }) => due) },
      answered: median(({ answered }) => answered),
      ...{ p50: median(({ p50 }) => p50), p99: median(({ p99 }) => p99) },
      ...{ most: median(({ most }) => most), late: median(({ late }) => late) },
      ...(own !== undefined && rounds[0].has(own) && {
        p99OfOwn: spreadOf(
          rounds.map((round) => costOf(round, rival).p99 / costOf(round, own).p99),
        ),
      }),
      ...(asked.takers === 0
        ? { cpuMicros: median((cost) => cpuOf(cost) * 1e6 / cost.answered) }
        : {
          taken: {
            bytesPerSecond: median((cost) => sum(cost.taken) / cost.seconds),
            cpuPerGB: median((cost) => cpuOf(cost) * 1e9 / sum(cost.taken)),
            slowestOfMedian: median(({ taken }) => {
              const { least, median } = spreadOf(taken)
              return least / median
            }),
          },
        }),
      ...(sent && { sent }),
    }
  })
}

const sum = (numbers: readonly number[]): number => numbers.reduce((sum, n) => sum + n, 0)

const columnsOfAll: Columns<PacedRow> = {
  rival: ({ rival }) => rival,
  ask: ({ ask }) => ask,
  connections: ({ connections }) => String(connections),
  "answered/due": ({ answered, due }) => `${answered.toFixed(0)}/${due.toFixed(0)}`,
  "median µs": ({ p50 }) => p50.toFixed(0),
  "p99 µs": ({ p99 }) => p99.toFixed(0),
  "most µs": ({ most }) => most.toFixed(0),
  "p99 vs. own (least–most)": ({ p99OfOwn }) => p99OfOwn ? spread(p99OfOwn) : "",
  "client's p99 µs": ({ late }) => late.toFixed(0),
}

/** The columns of a table of rows that were asked alike. */
export const pacedColumns: Readonly<Record<PacedAsk["ask"], Columns<PacedRow>>> = {
  rate: { ...columnsOfAll, "CPU µs": ({ cpuMicros }) => cpuMicros?.toFixed(1) ?? "" },
  beside: {
    ...columnsOfAll,
    "MB/s": ({ taken }) => taken ? (taken.bytesPerSecond / 1e6).toFixed(0) : "",
    slowest: ({ taken }) => taken ? number(taken.slowestOfMedian) : "",
    "CPU s/GB": ({ taken }) => taken ? number(taken.cpuPerGB) : "",
    ...sentColumns,
  },
}
