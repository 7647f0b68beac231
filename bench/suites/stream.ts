import { flawOf } from "../peers/check.ts"
import type { Reference } from "../peers/compiler.ts"
import { hold, sayTrouble, type Standings, watched } from "../method/contest.ts"
import { type Cost, costFrom } from "../method/cost.ts"
import { mtuOf, openLink } from "../peers/link.ts"
import { type Row, rowsOf } from "../method/rows.ts"
import type { Options } from "../options.ts"
import { startListener } from "../peers/listener.ts"
import { number, spread } from "../page/units.ts"
import { type Columns, sayTable, shareColumns } from "./columns.ts"
import { type Job, named, type Rival } from "../rivals.ts"

/** One table: every rival with one size of chunk. */
export interface Series {
  readonly link: string
  readonly mtu: number
  /** Of the link, where it is not the system's. */
  readonly congestionControl?: string | undefined
  readonly source: string
  readonly receiver: "reference/receiver.c" | "rivals/receiver.mjs"
  readonly chunkBytes: number
  readonly totalBytes: number
  /** Sent by each rival's process before the clock starts. */
  readonly warmBytes: number
  readonly rounds: number
  /** Rounds that were thrown away because something else ran. */
  readonly disturbed: number
  /** Rounds that count although something else ran: it never stopped. */
  readonly kept: number
  readonly rows: readonly Row[]
  /** Rivals without a row, and why. */
  readonly missing: Readonly<Record<string, string>>
  /** What the rows were made from, for whoever wants to reckon again. */
  readonly costs: readonly Readonly<Record<string, Cost>>[]
}

/** Measures all rivals with one size of chunk; `say` gets the table. */
export async function measureStream(
  options: Options,
  chunkBytes: number,
  reference: Reference,
  say: (text: string) => void,
): Promise<Series> {
  const { source, totalBytes, warmBytes, congestionControl } = options
  const mtu = mtuOf(options.link, options)
  say(
    `\n${options.link}, MTU ${mtu}, ${source}, chunks of ${chunkBytes} bytes, ${totalBytes} bytes ` +
      `after ${warmBytes} to warm up`,
  )
  const outcome = await holdOver(options.rivals, options, chunkBytes, reference)
  const { rounds, disturbed, kept, missing } = outcome
  const rows = rowsOf(rounds, totalBytes, ["own-bun", "own-deno", "c-zerocopy"])
  sayTable(rows, columns, say)
  sayTrouble(outcome, say)
  return {
    ...{ link: options.link, mtu, congestionControl, source },
    receiver: reference.programs ? "reference/receiver.c" : "rivals/receiver.mjs",
    ...{ chunkBytes, totalBytes, warmBytes, rounds: rounds.length, disturbed, kept, rows, missing },
    costs: rounds.map((round) => Object.fromEntries(round)),
  }
}

/**
 * Has rivals send the same over a link, each checked before it is measured; `more` are figures that this
 * suite wants besides.
 */
export async function holdOver<More extends string = never>(
  rivals: readonly Rival[],
  options: Options,
  chunkBytes: number,
  { programs }: Reference,
  more: readonly More[] = [],
): Promise<Standings<Cost & Readonly<Record<More, number>>>> {
  using link = openLink(options.link, options)
  const { port } = await startListener(link, "receiver", [], programs)
  const { source, totalBytes, warmBytes } = options
  const job: Job = { address: link.address, port, chunkBytes, totalBytes, warmBytes, source }
  const checked = {
    ...job,
    totalBytes: Math.max(chunkBytes, checkedBytes - checkedBytes % chunkBytes),
  }
  return await hold({
    names: rivals.map(({ name }) => name),
    check: (name) => flawOf(named(rivals, name), link, checked, programs, more),
    measure(name) {
      const command = named(rivals, name).command(job, programs)
      const { printed, foreign } = watched(() => link.send(command))
      return costFrom(printed, foreign, more)
    },
  }, options)
}

/** Bytes that each rival sends before it is measured, to see whether they arrive. */
const checkedBytes = 100_000_000

const columns: Columns<Row> = {
  rival: ({ rival }) => rival,
  "CPU s/GB (least–most)": ({ cpuSecondsPerGB }) => spread(cpuSecondsPerGB),
  user: ({ userSecondsPerGB }) => number(userSecondsPerGB.median),
  machine: ({ machineSecondsPerGB }) => number(machineSecondsPerGB.median),
  // The runtime's own pipeTo, in the same runtime.
  "of own": ({ rival, ratios }) =>
    ratios[`own-${rival.split("-").at(-1)}`]?.median.toFixed(2) ?? "",
  "of C": ({ ratios }) => ratios["c-zerocopy"]?.median.toFixed(2) ?? "",
  "Gbit/s": ({ gigabitsPerSecond }) => gigabitsPerSecond.median.toFixed(1),
  ...shareColumns,
}
