import type { Machine } from "./machine.ts"
import type { Row, Spread } from "../method/rows.ts"
import { bytes } from "../page/units.ts"
import type { Series } from "../suites/stream.ts"
import type { Result } from "./result.ts"
import { besides, type From, seriesOf } from "./results.ts"

/** One runtime's figures for one size of chunk, both sides of the comparison measured in turn. */
interface Run {
  readonly runtime: "bun" | "deno"
  readonly series: From<Series>
  readonly ours: Row
  readonly own: Row
  readonly c: Row | undefined
}

/** The streams that the tables compare: over the lab's link, under the usual conditions. */
export const usualRuns = (results: readonly Result[]): readonly Run[] =>
  seriesOf(results).filter(isUsual).flatMap(runsOf)

/** The table of docs/performance.md: streams of every chunk size that was measured. */
export function streamTable(results: readonly Result[]): string {
  const runs = usualRuns(results)
  const { machine, date } = runs[0].series.from
  return [
    line(columns.map(({ head }) => head)),
    line(columns.map(({ align }) => align)),
    ...runs.map((run) => line(columns.map(({ cell }) => cell(run)))),
    "",
    `Measured on ${date.slice(0, 10)} with ${surroundings(machine)}, commit ${machine.commit}; ` +
    `${besides(runs.map(({ series }) => series))}. ` +
    "All figures are medians; a ratio is the median of the ratios of each round. " +
    'The chunks are views of memory that stays, sent with `ownership: "borrow"`. ' +
    "Notification ids are counted over all rounds.",
  ].join("\n")
}

/** One line of a Markdown table. */
export const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`

/** The machine and the versions, without the commit. */
export function surroundings({ cpus, cpu, kernel, versions: { bun, deno } }: Machine): string {
  const linux = /Linux \d+\.\d+/.exec(kernel)?.[0]
  return `${cpus} CPUs (${cpu}), ${linux}, Bun ${bun}, Deno ${deno.split(" ")[0]}`
}

/** The command that measures one series again, without the options that do not change its figures. */
export const commandOf = ({ from, chunkBytes }: From<Series>): string =>
  plainCommand(from).replace(/ --chunks \S+|$/, ` --chunks ${chunkBytes}`)

/** A result's command, without the options that do not change its figures. */
export const plainCommand = ({ command }: Result): string =>
  command.replaceAll(/ --(json|tolerate|rivals) \S+/g, "")

/**
 * A page with the table between its markers.
 *
 * @throws {Error} when a marker is missing.
 */
export function withTable(page: string, table: string, marker = "bench"): string {
  const [begin, end] = [`<!-- ${marker}:begin -->`, `<!-- ${marker}:end -->`]
  const [before, rest] = page.split(begin)
  const after = rest?.split(end)[1]
  if (after === undefined) throw new Error(`Cannot write the table: the page has lost ${begin}`)
  return `${before}${begin}\n\n${table}\n\n${end}${after}`
}

function runsOf(series: From<Series>): Run[] {
  const of = (name: string): Row | undefined => series.rows.find(({ rival }) => rival === name)
  return (["bun", "deno"] as const).flatMap((runtime) => {
    const ours = of(`zerowire-${runtime}`)
    const own = of(`own-${runtime}`)
    if (ours === undefined || own === undefined) return []
    return [{ runtime, series, ours, own, c: of("c-zerocopy") }]
  })
}

/** The conditions that the sentence below the table describes. */
const isUsual = ({ link, mtu, congestionControl }: Series): boolean =>
  link === "lab" && mtu === 1500 && congestionControl === undefined

const figure = (spread: Spread | undefined): string => spread?.median.toFixed(2) ?? "-"

interface Column {
  readonly head: string
  readonly align: "---" | "---:"
  cell(run: Run): string
}

const columns: readonly Column[] = [
  { head: "chunks", align: "---:", cell: ({ series }) => bytes(series.chunkBytes) },
  { head: "source", align: "---", cell: ({ series }) => series.source },
  { head: "runtime", align: "---", cell: ({ runtime }) => runtime },
  { head: "Zerowire", align: "---:", cell: ({ ours }) => figure(ours.cpuSecondsPerGB) },
  { head: "its own `pipeTo`", align: "---:", cell: ({ own }) => figure(own.cpuSecondsPerGB) },
  { head: "C zero-copy", align: "---:", cell: ({ c }) => figure(c?.cpuSecondsPerGB) },
  {
    head: "vs. its own",
    align: "---:",
    cell: ({ ours, runtime }) => figure(ours.ratios[`own-${runtime}`]),
  },
  { head: "vs. C", align: "---:", cell: ({ ours }) => figure(ours.ratios["c-zerocopy"]) },
  {
    head: "copied by the kernel",
    align: "---:",
    cell: ({ ours }) => `${ours.kernelCopied} of ${ours.notified}, ${ours.unknown} unknown`,
  },
  { head: "reproduce with", align: "---", cell: ({ series }) => `\`${commandOf(series)}\`` },
]
