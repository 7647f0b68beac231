import type { FanoutRow } from "../suites/fanout.ts"
import { flows } from "../flows.ts"
import { bytes, copied } from "../page/units.ts"
import { newestFlows } from "./newest_flows.ts"
import type { Result } from "./result.ts"
import { commandOf, line, plainCommand, surroundings, usualRuns } from "./table.ts"

/** A table of docs/performance.md: what people send, beside the runtime's own sockets and the best native way. */
export function sentTable(results: readonly Result[]): string {
  const lines = linesOf(results)
  return [
    line(columns.map(({ head }) => head)),
    line(columns.map(({ align }) => align)),
    ...lines.map((flow) => line(columns.map(({ cell }) => cell(flow)))),
    "",
    `${measured(lines)}. All figures are medians. “Native” is the program in C with calls that ` +
    "wait: `MSG_ZEROCOPY`, `sendfile` or `splice`. " +
    "The column before the last counts the notification ids that the kernel reported as copied.",
  ].join("\n")
}

/** Everything that was measured, where Zerowire wins and where not. */
export const linesOf = (results: readonly Result[]): readonly Line[] =>
  [streams, sent, clients, roundTrips].flatMap((linesOf) => linesOf(results))

/** When, where and at which commits. */
export function measured(lines: readonly Line[]): string {
  const from = [...new Set(lines.map(({ from }) => from))]
  const dates = from.map(({ date }) => date.slice(0, 10)).toSorted()
  const commits = [...new Set(from.map(({ machine }) => machine.commit))]
  return `Measured from ${dates[0]} to ${dates.at(-1)} with ${surroundings(from[0].machine)}, ` +
    `commits ${commits.join(", ")}`
}

/** One line: the same bytes by Zerowire and by the runtime's own sockets. */
export interface Line {
  readonly what: string
  readonly runtime: "bun" | "deno"
  readonly unit: "s" | "µs"
  readonly ours: number
  readonly own: number
  readonly ratio: number
  /** The same over the best native way. */
  readonly ofNative?: number | undefined
  readonly counts: Parameters<typeof copied>[0]
  readonly from: Result
  readonly command: string
}

/** The suite `stream` measures memory that stays at greater length than the suite `flows`. */
const streams = (results: readonly Result[]): readonly Line[] =>
  usualRuns(results).filter(({ series }) => series.chunkBytes === streamBytes).map(
    ({ runtime, series, ours, own }) => ({
      what: `memory that stays, \`pipeTo\` in ${bytes(streamBytes)} chunks`,
      ...{ runtime, unit: "s", from: series.from, command: commandOf(series), counts: ours },
      ...{ ours: ours.cpuSecondsPerGB.median, own: own.cpuSecondsPerGB.median },
      ratio: ours.ratios[`own-${runtime}`].median,
      ofNative: ours.ratios["c-zerocopy"]?.median,
    }),
  )

/** Everything that the suite `flows` measured, by each of Zerowire's ways beside the runtime's own. */
function sent(results: readonly Result[]): readonly Line[] {
  const rows = newestFlows(results)
  const rowOf = (flow: string, rival: string) =>
    rows.find((row) => row.flow === flow && row.rival === rival)
  return flows.flatMap(({ name, what }) =>
    Object.entries(name === "file" ? fileWays : { zerowire: `${what}, \`pipeTo\`` }).flatMap(
      ([way, what]) =>
        runtimes.flatMap((runtime): Line[] => {
          const [row, own] = [rowOf(name, `${way}-${runtime}`), rowOf(name, `own-${runtime}`)]
          if (own === undefined || row?.ofOwn === undefined) return []
          return [{
            ...{ what, runtime, unit: "s", ours: row.cpu, own: own.cpu, ratio: row.ofOwn.median },
            ...{ ofNative: row.ofC?.median, counts: row },
            ...{ from: row.from, command: plainCommand(row.from) },
          }]
        }),
    )
  )
}

function clients(results: readonly Result[]): readonly Line[] {
  const from = results.findLast(({ fanout }) => fanout !== undefined)
  if (from?.fanout === undefined) return []
  const rowOf = (peers: number, rival: string): FanoutRow | undefined =>
    from.fanout?.find((row) => row.mode === "active" && row.peers === peers && row.rival === rival)
  return crowds.flatMap((peers) =>
    runtimes.flatMap((runtime): Line[] => {
      const row = rowOf(peers, `zerowire-${runtime}`)
      const other = rowOf(peers, `own-${runtime}`)
      if (row === undefined || other === undefined) return []
      const [ours, own] = [row.cpu.median, other.cpu.median]
      const each = `${Math.round(row.totalBytes / peers / 1e6)} MB each`
      return [{
        what: `${peers.toLocaleString("en-US")} clients at once, \`pipeTo\`, ${each}`,
        ...{ runtime, unit: "s", ours, own, ratio: ours / own, counts: row, from },
        command: plainCommand(from),
      }]
    })
  )
}

function roundTrips(results: readonly Result[]): readonly Line[] {
  const from = results.findLast(({ latency }) => latency !== undefined)
  if (from === undefined) return []
  const rowOf = (rival: string) =>
    from.latency?.find((row) => row.messageBytes === messageBytes && row.rival === rival)
  return ways.flatMap(({ name, by }) =>
    runtimes.flatMap((runtime): Line[] => {
      const row = rowOf(`zerowire-${runtime}${name}`)
      const other = rowOf(`own-${runtime}`)
      if (row === undefined || other === undefined) return []
      const [ours, own] = [row.cpuMicros, other.cpuMicros]
      return [{
        what: `a message of ${bytes(messageBytes)} and its answer${by}`,
        ...{ runtime, unit: "µs", ours, own, ratio: ours / own, counts: row, from },
        command: plainCommand(from),
      }]
    })
  )
}

/** The runtimes' own sockets have handlers in Bun, and calls in Deno. */
const ways = [{ name: "", by: ", streams" }, { name: "-handlers", by: ", handlers" }] as const

const cpu = (value: number, unit: Line["unit"]): string =>
  unit === "s" ? `${value.toFixed(2)} s/GB` : `${value.toFixed(0)} µs`

const columns = [
  { head: "what is sent", align: "---", cell: ({ what }: Line) => what },
  { head: "runtime", align: "---", cell: ({ runtime }: Line) => runtime },
  { head: "Zerowire", align: "---:", cell: ({ ours, unit }: Line) => cpu(ours, unit) },
  { head: "its own", align: "---:", cell: ({ own, unit }: Line) => cpu(own, unit) },
  {
    head: "vs. its own",
    align: "---:",
    cell: ({ ratio }: Line) => ratio > 1 ? `**${ratio.toFixed(2)}**` : ratio.toFixed(2),
  },
  {
    head: "vs. native",
    align: "---:",
    cell: ({ ofNative }: Line) => ofNative?.toFixed(2) ?? "–",
  },
  { head: "copied by the kernel", align: "---:", cell: ({ counts }: Line) => copiedOf(counts) },
  { head: "reproduce with", align: "---", cell: ({ command }: Line) => `\`${command}\`` },
] as const

/** Files, relays and small messages pin nothing, so they have no ids. */
const copiedOf = (counts: Line["counts"]): string =>
  counts.zerocopySends === 0 ? "no ids" : copied(counts)

const runtimes = ["bun", "deno"] as const

const fileWays = {
  sendfile: "a file, `sendFile`",
  stream: "a file, `fileStream`, `pipeTo`",
  pipe: "a file, the runtime's own stream of it, `pipeTo`",
  from: "a file, the runtime's own stream of it, `sendFrom`",
}

const streamBytes = 64 * 1024

const crowds = [100, 1000]

/** A request, or a line of a chat. */
const messageBytes = 200
