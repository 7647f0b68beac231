/**
 * The benchmark: what a sender costs, against the runtime's own sockets and against C. Runs in Bun.
 *
 * @module
 */
import { writeFileSync } from "node:fs"
import process from "node:process"
import { denoPath } from "../demo/runtime.ts"
import { type CallsRow, countCalls, measureCallCosts } from "./calls.ts"
import { compileReference } from "./compiler.ts"
import { measureIdle } from "./idle.ts"
import { linkObstacle } from "./link.ts"
import { describeMachine } from "./machine.ts"
import { parse } from "./options.ts"
import { measureStream, type Series } from "./stream.ts"

const options = parse(process.argv.slice(2))
const obstacle = options.suite === "idle" ? undefined : linkObstacle(options.link)
if (obstacle !== undefined) {
  process.stderr.write(
    `Cannot measure over the ${options.link}: ${obstacle}. ` +
      "--link loopback works everywhere, but there the kernel always copies\n",
  )
  process.exit(1)
}
const suites = { stream, idle, calls }
process.exit(await suites[options.suite]() ? 0 : 1)

async function stream(): Promise<boolean> {
  using reference = compileReference()
  const series: Series[] = []
  for (const chunkBytes of options.chunks) {
    series.push(await measureStream(options, chunkBytes, reference, say))
    // After each, so that an interruption loses no more than one.
    write({ series })
  }
  return series.every(({ rows }) => rows.length > 0)
}

function idle(): boolean {
  const rows = measureIdle([0, 100, 1000, 10_000], say)
  write({ idle: rows })
  return rows.length > 0
}

async function calls(): Promise<boolean> {
  using reference = compileReference()
  const costs = measureCallCosts(say)
  const rows: CallsRow[] = []
  for (const chunkBytes of options.chunks) {
    rows.push(...await countCalls(options, chunkBytes, reference, say))
    write({ calls: { costs, rows } })
  }
  return rows.length > 0
}

/** With everything that a figure depends on. */
function write(measured: Record<string, unknown>): void {
  if (options.json === undefined) return
  const machine = describeMachine(denoPath())
  const result = { date: new Date().toISOString(), command: commandLine(), machine, ...measured }
  writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`)
}

function commandLine(): string {
  return `npm run bench -- ${process.argv.slice(2).join(" ")}`.trim()
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
