import { type Arrival, flawInArrival } from "../peers/audience.ts"
import { type Columns, sayTable, shareColumns } from "./columns.ts"
import type { Programs, Reference } from "../peers/compiler.ts"
import { type Contest, hold, sayTrouble, watched } from "../method/contest.ts"
import { type Cost, costFrom, cpuOf } from "../method/cost.ts"
import { type Link, openLink } from "../peers/link.ts"
import { costOf, type Shares, sharesOf, type Spread, spreadOf } from "../method/rows.ts"
import { spread } from "../page/units.ts"
import { startListener } from "../peers/listener.ts"
import type { Options } from "../options.ts"
import { fanoutRivals, type Job, named, type Rival } from "../rivals.ts"
import type { Round } from "../method/rounds.ts"

/** One rival that sends to so many peers at once. */
export interface FanoutRow extends Shares {
  readonly rival: string
  /** `shared`: one body for all peers, at the pace of each; `active`: a `pipeTo` of its own for each. */
  readonly mode: Mode
  readonly peers: number
  readonly chunkBytes: number
  /** To all peers together. */
  readonly totalBytes: number
  /** User and system time of the sending process, in seconds for each 10⁹ bytes. Connecting is not in it. */
  readonly cpu: Spread
  /** This rival's CPU over what it takes for one peer, round by round; not where one is not measured. */
  readonly ofOnePeer?: Spread
  /** To all peers together, the median of all rounds. */
  readonly bytesPerSecond: number
  /**
   * What the slowest peer had when half of all bytes had arrived, over what the median peer had; of the
   * worst round.
   */
  readonly slowestOfMedian: number
}

type Mode = (typeof modes)[number]
const modes = ["shared", "active"] as const

/** What one run of a rival cost, and what its peers say. */
export interface FanoutCost extends Cost {
  readonly arrival: Arrival
}

/** One entry in a round: a rival, and how many it sends to. */
export interface Entry {
  readonly name: string
  readonly rival: string
  readonly mode: Mode
  readonly job: Job & { readonly peers: number }
}

/** Measures all rivals with all numbers of peers, in both modes; `say` gets each table. */
export async function measureFanout(
  options: Options,
  chunkBytes: number,
  reference: Reference,
  say: (text: string) => void,
): Promise<readonly FanoutRow[]> {
  // Packets that are lost would say more of the link than of the rivals.
  using link = openLink(options.link, { ...options, queue: true })
  const { programs } = reference
  const rows: FanoutRow[] = []
  for (const mode of modes) {
    const rivals = fanoutRivals(mode).filter(({ name }) =>
      options.rivals.some((r) => r.name === name)
    )
    const entries = rivals.flatMap((rival) =>
      options.peers.map((peers) => entryOf(rival, mode, peers))
    )
    say(
      `\n${options.link}, ${mode}, chunks of ${chunkBytes} bytes, ${options.totalBytes} bytes in all`,
    )
    const standings = await hold(contestOf(rivals, entries, link, programs), options)
    const measured = fanoutRowsOf(standings.rounds, entries)
    sayTable(measured, columns, say)
    sayTrouble(standings, say)
    rows.push(...measured)
  }
  return rows

  function entryOf({ name: rival }: Rival, mode: Mode, peers: number): Entry {
    const { totalBytes, warmBytes } = options
    const job = {
      ...{ address: link.address, port: 0, chunkBytes, peers, source: "views" as const },
      totalBytes: evenly(totalBytes, peers, chunkBytes),
      warmBytes: evenly(warmBytes, peers, chunkBytes),
    }
    return { name: `${rival} to ${peers}`, rival, mode, job }
  }
}

/** Rows of all that took part. */
export function fanoutRowsOf(
  rounds: readonly Round<FanoutCost>[],
  entries: readonly Entry[],
): readonly FanoutRow[] {
  const took = (entry: Entry | undefined): entry is Entry =>
    entry !== undefined && rounds[0]?.has(entry.name) === true
  return entries.filter(took).map((entry): FanoutRow => {
    const { name, rival, mode, job: { peers, chunkBytes, totalBytes } } = entry
    const costs = rounds.map((round) => costOf(round, name))
    const perGB = (cost: Cost, { totalBytes }: Job) => cpuOf(cost) / (totalBytes / 1e9)
    const one = entries.find((other) => other.rival === rival && other.job.peers === 1)
    return {
      ...{ rival, mode, peers, chunkBytes, totalBytes },
      cpu: spreadOf(costs.map((cost) => perGB(cost, entry.job))),
      ...(took(one) && one !== entry && {
        ofOnePeer: spreadOf(
          rounds.map((round, i) =>
            perGB(costs[i], entry.job) / perGB(costOf(round, one.name), one.job)
          ),
        ),
      }),
      bytesPerSecond: spreadOf(costs.map(({ arrival }) => totalBytes / arrival.seconds)).median,
      slowestOfMedian: Math.min(...costs.map(({ arrival }) => arrival.slowestOfMedian)),
      ...sharesOf(costs),
    }
  })
}

/** Why a rival gets no row, or nothing: every peer has every byte, and it says what was copied. */
export async function flawOfFanout(
  rival: Rival,
  { job }: Entry,
  link: Link,
  programs: Programs | undefined,
): Promise<string | undefined> {
  if (rival.inC && programs === undefined) return "there is no C compiler"
  const totalBytes = evenly(checkedBytes, job.peers, job.chunkBytes)
  const checked = { ...job, totalBytes, warmBytes: 0 }
  try {
    const { arrival } = await run(rival, checked, link, programs, "hashing")
    return flawInArrival(arrival, checked)
  } catch (failure) {
    return failure instanceof Error ? failure.message : String(failure)
  }
}

function contestOf(
  rivals: readonly Rival[],
  entries: readonly Entry[],
  link: Link,
  programs: Programs | undefined,
): Contest<FanoutCost> {
  const rivalOf = ({ rival }: Entry): Rival => named(rivals, rival)
  return {
    names: entries.map(({ name }) => name),
    check(name) {
      const entry = named(entries, name)
      return flawOfFanout(rivalOf(entry), entry, link, programs)
    },
    async measure(name) {
      const entry = named(entries, name)
      const cost = await run(rivalOf(entry), entry.job, link, programs, programs)
      const flaw = flawInArrival(cost.arrival, entry.job)
      if (flaw !== undefined) throw new Error(flaw)
      return cost
    },
  }
}

async function run(
  rival: Rival,
  job: Entry["job"],
  link: Link,
  programs: Programs | undefined,
  counting: Programs | "hashing" | undefined,
): Promise<FanoutCost> {
  await using audience = await startListener<Arrival>(
    link,
    "counter",
    [job.peers, job.totalBytes],
    counting,
  )
  const command = rival.command({ ...job, port: audience.port }, programs)
  const { printed, foreign } = watched(() => link.send(command))
  const cost = costFrom(printed, foreign)
  if (job.warmBytes > 0) await audience.report()
  return { ...cost, arrival: await audience.report() }
}

/** At least so many bytes, as whole chunks and the same for each peer. */
const evenly = (bytes: number, peers: number, chunkBytes: number): number =>
  Math.ceil(bytes / peers / chunkBytes) * chunkBytes * peers

const columns: Columns<FanoutRow> = {
  rival: ({ rival }) => rival,
  peers: ({ peers }) => String(peers),
  "CPU s/GB (least–most)": ({ cpu }) => spread(cpu),
  "of 1": ({ ofOnePeer }) => ofOnePeer?.median.toFixed(2) ?? "",
  "MB/s": ({ bytesPerSecond }) => (bytesPerSecond / 1e6).toFixed(0),
  slowest: ({ slowestOfMedian }) => slowestOfMedian.toFixed(2),
  ...shareColumns,
}

/** Bytes that each rival sends before it is measured, to see whether they arrive. */
const checkedBytes = 32_000_000
