import { copiedShare, meaningOf, ofLoopback } from "../src/cli/bench/copied.ts"
import { wrapped } from "../src/cli/bench/wrapped.ts"
import type { RunResult } from "./run.ts"
import type { Runtime } from "./runtime.ts"
import { type Way, ways } from "./ways.ts"

/** Whether the run lost nothing and gave all memory back. */
export const isGood = (result: RunResult): boolean => proof(result) === "equal"

/** The line above the rows. */
export const header = (): string => line(columns.map(({ title }) => title))

/** One run in one row; `own` is the same file by the runtime's own `pipeTo`. */
export const row = (result: RunResult, own: RunResult | undefined): string =>
  line(columns.map(({ value }) => value(result, own)))

/**
 * What the ratios of one runtime mean, in a sentence for each way; nothing without something to compare. The
 * results may be of several links.
 */
export function verdict(results: readonly RunResult[]): string | undefined {
  const compared = results.flatMap((result) => {
    const own = results.find(({ way, link }) => way === "own" && link === result.link)
    return own === undefined || result.way === "own" ? [] : [{ result, own }]
  })
  if (compared.length === 0) return undefined
  const [{ own }] = compared
  const runtime = names[own.runtime]
  const sentences = ways.flatMap((way) => {
    const ratios = compared.filter(({ result }) => result.way === way)
      .map(({ result, own }) => `${ratioOf(result, own).toFixed(2)} over ${result.link}`)
    return ratios.length === 0 ? [] : [`${subjects[way](runtime)} takes ${ratios.join(" and ")}.`]
  })
  const small = own.bytes < fewBytes ? " The file is too small for the ratios to mean much." : ""
  const beside = `CPU time, where ${runtime}'s own pipeTo takes 1:`
  return belowRows(`${beside} ${sentences.join(" ")}${small}`)
}

/** What the columns mean, below all rows. */
export const legend = (results: readonly RunResult[]): string =>
  results.length === 0 ? "" : belowRows(
    "CPU s/GB is user and system time of the sender for 10^9 bytes, in one run after a warm-up: a " +
      "difference of a tenth means nothing. copied is what was copied into the kernel at the " +
      "sender, and no copy within the program; over loopback the kernel copies whatever it is not " +
      "given as a file.",
  )

/** Why bytes were copied, in words; nothing if Zerowire copied none, or if the link explains it. */
export function copiedBytes({ way, link, reasons }: RunResult): string | undefined {
  const usual = link === "loopback" ? ofLoopback : []
  const parts = Object.entries(reasons)
    .filter(([reason, bytes]) => bytes > 0 && !usual.includes(reason))
    .map(([reason, bytes]) => `${bytes} bytes, ${meaningOf(reason)}`)
  return parts.length === 0 ? undefined : belowRows(`${titles[way]} copied ${parts.join("; ")}.`)
}

const ratioOf = (result: RunResult, own: RunResult): number =>
  result.cpuSecondsPerGB / own.cpuSecondsPerGB

function proof({ sha256Sent, sha256Received, held }: RunResult): string {
  if (sha256Sent !== sha256Received) return "DIFFER"
  return held === 0 ? "equal" : `${held} HELD`
}

const line = (cells: readonly string[]): string =>
  cells.map((cell, i) => i < 3 ? cell.padEnd(columns[i].width) : cell.padStart(columns[i].width))
    .join("  ").trimEnd()

/** Below the rows. */
const belowRows = (text: string): string => wrapped(text, "  ")

const titles: Readonly<Record<Way, string>> = {
  own: "own pipeTo",
  fileStream: "fileStream",
  stream: "its own stream",
}

const subjects: Readonly<Record<Way, (runtime: string) => string>> = {
  own: (runtime) => `${runtime}'s own stream of the file, piped into its own socket,`,
  fileStream: () => "Zerowire's fileStream",
  stream: (runtime) => `${runtime}'s own stream of the file, piped into Zerowire,`,
}

const names: Readonly<Record<Runtime, string>> = { bun: "Bun", deno: "Deno" }

/** The rows stay within 80 columns. */
const columns: readonly Column[] = [
  { title: "runtime", width: 7, value: ({ runtime }) => runtime },
  { title: "link", width: 8, value: ({ link }) => link },
  { title: "way", width: 14, value: ({ way }) => titles[way] },
  {
    title: "Gbit/s",
    width: 6,
    value: ({ bytes, seconds }) => (bytes * 8 / seconds / 1e9).toFixed(2),
  },
  { title: "CPU s/GB", width: 8, value: ({ cpuSecondsPerGB }) => cpuSecondsPerGB.toFixed(3) },
  {
    title: "vs. own",
    width: 7,
    value: (result, own) => own === undefined ? "" : ratioOf(result, own).toFixed(2),
  },
  { title: "copied", width: 7, value: copiedShare },
  { title: "hashes", width: 6, value: proof },
]

interface Column {
  readonly title: string
  readonly width: number
  readonly value: (result: RunResult, own: RunResult | undefined) => string
}

/** Starting up and compiling take as long as sending this much. */
const fewBytes = 50_000_000
