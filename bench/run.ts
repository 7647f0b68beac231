/**
 * The benchmark: what a sender costs, against the runtime's own sockets and against C. Runs in Bun.
 *
 * @module
 */
import { writeFileSync } from "node:fs"
import process from "node:process"
import { createInterface } from "node:readline"
import { denoPath } from "../demo/runtime.ts"
import { arrives } from "./check.ts"
import { measureIdle } from "./idle.ts"
import { compileReference, type Reference } from "./compiler.ts"
import { type Link, linkObstacle, openLink } from "./link.ts"
import { describeMachine, foreignSeconds } from "./machine.ts"
import { type Cost, isDisturbed, type Round, type Row, rowsOf } from "./method.ts"
import { parse } from "./options.ts"
import { formatRow, tableHeader } from "./report.ts"
import type { Job, Rival } from "./rivals.ts"

/** One table: every rival with one size of chunk. */
export interface Series {
  readonly link: string
  readonly mtu: number
  readonly source: string
  readonly chunkBytes: number
  readonly totalBytes: number
  readonly rounds: number
  /** Rounds that were thrown away because something else ran. */
  readonly disturbed: number
  readonly rows: readonly Row[]
}

/** Bytes that each rival sends before it is measured, to see whether they arrive. */
const checkedBytes = 100_000_000

const options = parse(process.argv.slice(2))
if (options.suite === "idle") {
  const rows = measureIdle([0, 100, 1000, 10_000], say)
  if (options.json !== undefined) write(options.json, { idle: rows })
  process.exit(rows.length > 0 ? 0 : 1)
}
const obstacle = linkObstacle(options.link)
if (obstacle !== undefined) {
  process.stderr.write(`Cannot measure over the ${options.link}: ${obstacle}\n`)
  process.exit(1)
}

using reference = compileReference()
const series: Series[] = []
for (const chunkBytes of options.chunks) {
  using link = openLink(options.link, options.mtu)
  const port = await listen(link, reference)
  const { source, totalBytes, warmBytes, mtu } = options
  const job: Job = { address: link.address, port, chunkBytes, totalBytes, warmBytes, source }
  const able = await checked(options.rivals, link, job)
  say(
    `\n${options.link}, MTU ${mtu}, ${source}, chunks of ${chunkBytes} bytes, ${totalBytes} bytes`,
  )
  const { rounds, disturbed } = roundsOf(able, link, job)
  const rows = rowsOf(rounds, totalBytes, ["own-bun", "own-deno", "c-zerocopy"])
  series.push({
    ...{ link: options.link, mtu, source, chunkBytes, totalBytes },
    ...{ rounds: rounds.length, disturbed, rows },
  })
  say(tableHeader())
  for (const row of rows) say(formatRow(row))
  if (disturbed > 0) say(`${disturbed} rounds were thrown away because other programs ran`)
}
if (options.json !== undefined) write(options.json, { series })
process.exit(series.every(({ rows }) => rows.length > 0) ? 0 : 1)

/** The receiver that everybody sends to. */
async function listen(link: Link, { receiver }: Reference): Promise<number> {
  const child = link.receive([receiver, link.address])
  if (child.stdout === null) throw new Error("Cannot hear the receiver")
  for await (const line of createInterface(child.stdout)) return Number(line)
  throw new Error("The receiver has ended")
}

/** Those whose bytes arrive unaltered; the others are named and get no row. */
async function checked(rivals: readonly Rival[], link: Link, job: Job): Promise<readonly Rival[]> {
  const able: Rival[] = []
  const checkBytes = Math.max(job.chunkBytes, checkedBytes - checkedBytes % job.chunkBytes)
  for (const rival of rivals) {
    const arrived = await arrives(rival, link, { ...job, totalBytes: checkBytes }, reference.sender)
    if (arrived) able.push(rival)
    else say(`${rival.name} has no row: its bytes did not arrive unaltered`)
  }
  return able
}

/** Every rival in turn, again and again; a disturbed round is repeated, within bounds. */
function roundsOf(
  rivals: readonly Rival[],
  link: Link,
  job: Job,
): { rounds: readonly Round[]; disturbed: number } {
  const rounds: Round[] = []
  let disturbed = 0
  while (rounds.length < options.rounds) {
    const round = new Map(rivals.map((rival) => [rival.name, costOf(rival, link, job)]))
    if (isDisturbed(round, options.tolerated) && disturbed < options.rounds) disturbed++
    else rounds.push(round)
  }
  return { rounds, disturbed }
}

function costOf(rival: Rival, link: Link, job: Job): Cost {
  const before = foreignSeconds(process.pid)
  const printed = link.send(rival.command(job, reference.sender))
  const cost = JSON.parse(printed.trim().split("\n").at(-1) ?? "")
  return { ...cost, foreignSeconds: Math.max(0, foreignSeconds(process.pid) - before) }
}

/** With everything that a figure depends on. */
function write(path: string, measured: Record<string, unknown>): void {
  const machine = describeMachine(denoPath())
  const result = { date: new Date().toISOString(), command: commandLine(), machine, ...measured }
  writeFileSync(path, `${JSON.stringify(result, null, 2)}\n`)
}

function commandLine(): string {
  return `npm run bench -- ${process.argv.slice(2).join(" ")}`.trim()
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
