import { type Exchanged, flawInExchange } from "../peers/answerer.ts"
import { type Columns, sayTable, shareColumns } from "./columns.ts"
import type { Programs, Reference } from "../peers/compiler.ts"
import { type Contest, hold, sayTrouble, watched } from "../method/contest.ts"
import { type Cost, costFrom, cpuOf } from "../method/cost.ts"
import { type Link, openLink } from "../peers/link.ts"
import { costOf, type Shares, sharesOf, spreadOf } from "../method/rows.ts"
import { startListener } from "../peers/listener.ts"
import type { Options } from "../options.ts"
import { type Exchange, latencyRivals, named, type Rival } from "../rivals.ts"
import type { Round } from "../method/rounds.ts"

/**
 * One rival that sends a message, and the next one when the peer has answered. It has no notification
 * ids where all went by copy.
 */
export interface LatencyRow extends Shares {
  readonly rival: string
  readonly messageBytes: number
  /** Of a round trip, in microseconds: the median of what the rounds have. */
  readonly median: number
  readonly p99: number
  /** User and system time of the sending process for each message, in microseconds. */
  readonly cpuMicros: number
}

/** What one run of a rival took. */
export interface LatencyCost extends Cost {
  readonly messages: number
  readonly medianMicros: number
  readonly p99Micros: number
}

/** Measures all rivals with one size of message; `say` gets the table. */
export async function measureLatency(
  options: Options,
  messageBytes: number,
  reference: Reference,
  say: (text: string) => void,
): Promise<readonly LatencyRow[]> {
  using link = openLink(options.link, options)
  const { programs } = reference
  const { messages } = options
  const rivals = latencyRivals.filter(({ name }) =>
    options.rivals.some((asked) => name === asked.name || name === `${asked.name}-handlers`)
  )
  const exchange = { messageBytes, messages, warmMessages: Math.ceil(messages / 2) }
  say(`\n${options.link}: ${messages} round trips of ${messageBytes} bytes and 1 byte`)
  await using answerer = await startListener(link, "answerer", [messageBytes], programs)
  const to = { ...exchange, address: link.address, port: answerer.port }
  const contest: Contest<LatencyCost> = {
    names: rivals.map(({ name }) => name),
    check: (name) => flawOfLatency(named(rivals, name), link, exchange, programs),
    measure(name) {
      const command = named(rivals, name).command(to, programs)
      const { printed, foreign } = watched(() => link.send(command))
      return costOfExchange(printed, foreign, exchange)
    },
  }
  const standings = await hold(contest, options)
  const rows = latencyRowsOf(standings.rounds, messageBytes)
  sayTable(rows, columns, say)
  sayTrouble(standings, say)
  return rows
}

/** Rows of all that took part. */
export function latencyRowsOf(
  rounds: readonly Round<LatencyCost>[],
  messageBytes: number,
): readonly LatencyRow[] {
  return [...rounds[0]?.keys() ?? []].map((rival) => {
    const costs = rounds.map((round) => costOf(round, rival))
    const median = (of: (cost: LatencyCost) => number) => spreadOf(costs.map(of)).median
    return {
      ...{ rival, messageBytes },
      median: median(({ medianMicros }) => medianMicros),
      p99: median(({ p99Micros }) => p99Micros),
      cpuMicros: median((cost) => cpuOf(cost) * 1e6 / cost.messages),
      ...sharesOf(costs),
    }
  })
}

/**
 * Why a rival gets no row, or nothing: the peer gets each message unaltered before it answers, and each
 * answer is waited for.
 */
export async function flawOfLatency(
  rival: Rival<Exchange>,
  link: Link,
  { messageBytes }: Pick<Exchange, "messageBytes">,
  programs: Programs | undefined,
): Promise<string | undefined> {
  if (rival.inC && programs === undefined) return "there is no C compiler"
  const exchange = { messageBytes, messages: checkedMessages, warmMessages: 0 }
  await using answerer = await startListener<Exchanged>(
    link,
    "answerer",
    [messageBytes],
    "hashing",
  )
  const to = { ...exchange, address: link.address, port: answerer.port }
  try {
    costOfExchange(link.send(rival.command(to, programs)), 0, exchange)
    return flawInExchange(await answerer.report(), exchange)
  } catch (failure) {
    return failure instanceof Error ? failure.message : String(failure)
  }
}

function costOfExchange(
  printed: string,
  foreign: number,
  { messages }: Pick<Exchange, "messages">,
): LatencyCost {
  const cost = costFrom(printed, foreign, ["messages", "medianMicros", "p99Micros"])
  if (cost.messages === messages) return cost
  throw new Error(`It sent ${cost.messages} of ${messages} messages`)
}

const columns: Columns<LatencyRow> = {
  rival: ({ rival }) => rival,
  "median µs": ({ median }) => median.toFixed(1),
  "p99 µs": ({ p99 }) => p99.toFixed(1),
  "CPU µs": ({ cpuMicros }) => cpuMicros.toFixed(1),
  ...shareColumns,
  way: ({ zerocopySends }) => zerocopySends > 0 ? "zero-copy" : "copy",
}

const checkedMessages = 100
