/**
 * The benchmark: what a sender costs, against the runtime's own sockets and against C. Runs in Bun.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { constants } from "node:os"
import { dirname } from "node:path"
import process from "node:process"
import { denoPath } from "../demo/runtime.ts"
import { TemporaryFolder } from "../tools/temporary_folder.ts"
import { measureBreakdown } from "./suites/breakdown.ts"
import { countCalls, measureCallCosts } from "./suites/calls.ts"
import { compileReference, type Reference } from "./peers/compiler.ts"
import { measureConnections } from "./suites/connections.ts"
import { measureEffect } from "./suites/effect.ts"
import { measureFanout } from "./suites/fanout.ts"
import { measureFlows } from "./suites/flows.ts"
import { measureHttp } from "./suites/http.ts"
import { measureHttpBeside } from "./suites/http_beside.ts"
import { measureHttpIdle } from "./suites/http_idle.ts"
import { measureIdle } from "./suites/idle.ts"
import { measureLatency } from "./suites/latency.ts"
import { linkObstacle, mtuOf } from "./peers/link.ts"
import { describeMachine } from "./report/machine.ts"
import { type Options, parse } from "./options.ts"
import type { Result } from "./report/result.ts"
import { isPaced, type Suite } from "./sizes.ts"
import { measurePaced } from "./suites/paced.ts"
import { measureSmall } from "./suites/small.ts"
import { measureStream } from "./suites/stream.ts"

type Measured = Omit<Result, "date" | "command" | "machine">

const withoutLink: readonly Suite[] = ["idle", "connections", "loopback", "small"]
const withoutChunks: readonly Suite[] = [
  ...["idle", "connections", "flows", "small"] as const,
  ...["http", "http-idle", "http-beside"] as const,
]

// Whatever this and the rivals write lies here, and goes when this program ends, also by a signal.
process.env.TMPDIR = new TemporaryFolder("zerowire-bench-").path
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => process.exit(128 + constants.signals[signal]))
}

const plan = parse(process.argv.slice(2))
// Those over loopback go without, and so do suites that need no link.
const [{ json, link }] = plan
const linked = plan.filter(({ suite }) => !withoutLink.includes(suite))
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
let complete = true
for (const options of plan) {
  using reference = compileReference()
  for (const size of sizesOf(options)) {
    if (!await run(options, size, reference)) complete = false
  }
}
process.exit(complete ? 0 : 1)

/** What a suite does one after the other. */
function sizesOf({ suite, chunks, messageBytes }: Options): readonly number[] {
  if (suite === "latency") return messageBytes
  return withoutChunks.includes(suite) ? [0] : chunks
}

/** Whether anything was measured. */
async function run(options: Options, size: number, reference: Reference): Promise<boolean> {
  switch (options.suite) {
    case "stream":
    case "loopback": {
      const series = await measureStream(options, size, reference, say)
      return add("series", [series]) && series.rows.length > 0
    }
    case "idle":
      return add("idle", measureIdle(options, say))
    case "connections":
      return add("connections", measureConnections(options, say))
    case "calls": {
      const { costs = measureCallCosts(say), rows = [] } = measured.calls ?? {}
      const more = await countCalls(options, size, reference, say)
      write({ calls: { costs, rows: [...rows, ...more] } })
      return more.length > 0
    }
    case "fanout":
      return add("fanout", await measureFanout(options, size, reference, say))
    case "latency":
      return add("latency", await measureLatency(options, size, reference, say))
    case "effect":
      return add("effect", await measureEffect(options, size, reference, say))
    case "flows":
      return add("flows", await measureFlows(options, reference, say))
    case "http":
      return add("http", await measureHttp(options, say))
    case "http-idle":
      return add("httpIdle", await measureHttpIdle(options, say))
    case "http-beside":
      return add("httpBeside", await measureHttpBeside(options, say))
    case "small":
      return await runSmall(options, reference)
    case "breakdown":
      return add("breakdown", await measureBreakdown(options, size, reference, say))
  }
}

/** What is asked as fast as it is answered, and then what is asked at a fixed rate. */
async function runSmall(options: Options, reference: Reference): Promise<boolean> {
  let all = true
  if (!options.asks.every(isPaced)) {
    all = add("small", await measureSmall(options, reference, say))
  }
  for (const ask of options.asks.filter(isPaced)) {
    all = add("paced", await measurePaced(options, ask, reference, say)) && all
  }
  return all
}

function add<K extends Exclude<keyof Measured, "calls">>(
  part: K,
  rows: NonNullable<Measured[K]>,
): boolean {
  write({ [part]: [...measured[part] ?? [], ...rows] })
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
