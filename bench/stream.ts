import process from "node:process"
import { flawOf } from "./check.ts"
import type { Reference } from "./compiler.ts"
import { type Cost, costFrom } from "./cost.ts"
import { foreignSeconds } from "./foreign.ts"
import { type Link, openLink } from "./link.ts"
import { type Row, rowsOf } from "./method.ts"
import type { Options } from "./options.ts"
import { listen } from "./receiver.ts"
import { runRounds } from "./rounds.ts"
import { formatRow, tableHeader } from "./report.ts"
import type { Job, Rival } from "./rivals.ts"

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
  using link = openLink(options.link, options)
  const port = await listen(link, reference)
  const { source, totalBytes, warmBytes, mtu, congestionControl } = options
  const job: Job = { address: link.address, port, chunkBytes, totalBytes, warmBytes, source }
  say(
    `\n${options.link}, MTU ${mtu}, ${source}, chunks of ${chunkBytes} bytes, ${totalBytes} bytes ` +
      `after ${warmBytes} to warm up`,
  )
  const { able, flaws } = await check(options.rivals, link, job, reference)
  const measure = measurerOf(able, link, job, reference)
  const { rounds, disturbed, kept, failed } = runRounds(
    able.map(({ name }) => name),
    measure,
    options,
  )
  const missing = { ...flaws, ...Object.fromEntries(failed) }
  const rows = rowsOf(rounds, totalBytes, ["own-bun", "own-deno", "c-zerocopy"])
  report(rows, { disturbed, kept, missing }, say)
  return {
    ...{ link: options.link, mtu, congestionControl, source },
    receiver: reference.programs ? "reference/receiver.c" : "rivals/receiver.mjs",
    ...{ chunkBytes, totalBytes, warmBytes, rounds: rounds.length, disturbed, kept, rows, missing },
    costs: rounds.map((round) => Object.fromEntries(round)),
  }
}

/** Once, before anything is timed. */
async function check(
  rivals: readonly Rival[],
  link: Link,
  job: Job,
  { programs }: Reference,
): Promise<{ able: readonly Rival[]; flaws: Record<string, string> }> {
  const able: Rival[] = []
  const flaws: Record<string, string> = {}
  const totalBytes = Math.max(job.chunkBytes, checkedBytes - checkedBytes % job.chunkBytes)
  for (const rival of rivals) {
    const flaw = await flawOf(rival, link, { ...job, totalBytes }, programs?.sender)
    if (flaw === undefined) able.push(rival)
    else flaws[rival.name] = flaw
  }
  return { able, flaws }
}

const measurerOf =
  (rivals: readonly Rival[], link: Link, job: Job, { programs }: Reference) =>
  (name: string): Cost => {
    const rival = rivals.find((rival) => rival.name === name)
    if (rival === undefined) throw new Error(`There is no "${name}"`)
    const before = foreignSeconds(process.pid)
    const printed = link.send(rival.command(job, programs?.sender))
    return costFrom(printed, Math.max(0, foreignSeconds(process.pid) - before))
  }

function report(
  rows: readonly Row[],
  { disturbed, kept, missing }: Pick<Series, "disturbed" | "kept" | "missing">,
  say: (text: string) => void,
): void {
  if (rows.length > 0) say(tableHeader())
  for (const row of rows) say(formatRow(row))
  for (const [name, reason] of Object.entries(missing)) say(`${name} has no row: ${reason}`)
  if (disturbed > 0) say(`${disturbed} rounds were thrown away because other programs ran`)
  if (kept > 0) say(`${kept} rounds count although other programs ran: do not trust these figures`)
}

/** Bytes that each rival sends before it is measured, to see whether they arrive. */
const checkedBytes = 100_000_000
