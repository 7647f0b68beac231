/**
 * The benchmark: what a sender costs, against the runtime's own sockets and against C. Runs in Bun.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import process from "node:process"
import { denoPath } from "../demo/runtime.ts"
import { type BreakdownRow, measureBreakdown } from "./suites/breakdown.ts"
import { type CallsRow, countCalls, measureCallCosts } from "./suites/calls.ts"
import { compileReference, type Reference } from "./peers/compiler.ts"
import { type EffectRow, measureEffect } from "./suites/effect.ts"
import { type FanoutRow, measureFanout } from "./suites/fanout.ts"
import { measureFile } from "./suites/file.ts"
import { measureIdle } from "./suites/idle.ts"
import { type LatencyRow, measureLatency } from "./suites/latency.ts"
import { linkObstacle, mtuOf } from "./peers/link.ts"
import { describeMachine } from "./report/machine.ts"
import { type Options, parse } from "./options.ts"
import type { Result } from "./report/result.ts"
import { measureStream } from "./suites/stream.ts"

type Measured = Omit<Result, "date" | "command" | "machine">

const plan = parse(process.argv.slice(2))
// Those over loopback go without, and so do idle sockets, which need no link.
const [{ json, link }] = plan
const linked = plan.filter(({ suite }) => suite !== "idle" && suite !== "loopback")
const obstacle = linked.length === 0 ? undefined : linkObstacle(link)
if (obstacle !== undefined) {
  process.stderr.write(
    `Cannot measure over the ${link}: ${obstacle}. ` +
      "--link loopback works everywhere, but there the kernel always copies\n",
  )
  process.exit(1)
}
const mtus = Object.fromEntries(plan.map((options) => [options.link, mtuOf(options.link, options)]))
let measured: Measured = {}
const runs = { stream, loopback: stream, idle, calls, fanout, latency, effect, file, breakdown }
let complete = true
for (const options of plan) {
  using reference = compileReference()
  if (!await runs[options.suite](options, reference)) complete = false
}
process.exit(complete ? 0 : 1)

async function stream(options: Options, reference: Reference): Promise<boolean> {
  let complete = true
  for (const chunkBytes of options.chunks) {
    const series = await measureStream(options, chunkBytes, reference, say)
    complete &&= series.rows.length > 0
    write({ series: [...measured.series ?? [], series] })
  }
  return complete
}

function idle(options: Options): boolean {
  const rows = measureIdle(options, say)
  write({ idle: rows })
  return rows.length > 0
}

async function calls(options: Options, reference: Reference): Promise<boolean> {
  const costs = measureCallCosts(say)
  const rows: CallsRow[] = []
  for (const chunkBytes of options.chunks) {
    rows.push(...await countCalls(options, chunkBytes, reference, say))
    write({ calls: { costs, rows } })
  }
  return rows.length > 0
}

async function fanout(options: Options, reference: Reference): Promise<boolean> {
  const rows: FanoutRow[] = []
  for (const chunkBytes of options.chunks) {
    rows.push(...await measureFanout(options, chunkBytes, reference, say))
    write({ fanout: rows })
  }
  return rows.length > 0
}

async function latency(options: Options, reference: Reference): Promise<boolean> {
  const rows: LatencyRow[] = []
  for (const messageBytes of options.messageBytes) {
    rows.push(...await measureLatency(options, messageBytes, reference, say))
    write({ latency: rows })
  }
  return rows.length > 0
}

async function effect(options: Options, reference: Reference): Promise<boolean> {
  const rows: EffectRow[] = []
  for (const chunkBytes of options.chunks) {
    rows.push(...await measureEffect(options, chunkBytes, reference, say))
    write({ effect: rows })
  }
  return rows.length > 0
}

async function file(options: Options, reference: Reference): Promise<boolean> {
  const rows = await measureFile(options, reference, say)
  write({ file: rows })
  return rows.length > 0
}

async function breakdown(options: Options, reference: Reference): Promise<boolean> {
  const rows: BreakdownRow[] = []
  for (const chunkBytes of options.chunks) {
    rows.push(...await measureBreakdown(options, chunkBytes, reference, say))
    write({ breakdown: rows })
  }
  return rows.length > 0
}

/** With everything that a figure depends on. After each table: an interruption loses no more than one. */
function write(part: Measured): void {
  measured = { ...measured, ...part }
  if (json === undefined) return
  const machine = describeMachine(denoPath(), mtus)
  const date = new Date().toISOString()
  const result: Result = { date, command: commandLine(), machine, ...measured }
  mkdirSync(dirname(json), { recursive: true })
  writeFileSync(json, `${JSON.stringify(result, null, 2)}\n`)
}

function commandLine(): string {
  return `npm run bench -- ${process.argv.slice(2).join(" ")}`.trim()
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
