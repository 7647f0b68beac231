/**
 * The main job: a real file, streamed zero-copy from Bun and from Deno, with proof. Runs in Bun.
 *
 * @module
 */
import { constants } from "node:os"
import process from "node:process"
import { setImmediate } from "node:timers/promises"
import { checkFile, FileProblem } from "./file.ts"
import { type Link, type LinkName, linkObstacle, openLink } from "./link.ts"
import { parse } from "./options.ts"
import { Progress } from "./progress.ts"
import { copiedBytes, header, isGood, row } from "./report.ts"
import { run, type RunResult } from "./run.ts"
import type { Runtime } from "./runtime.ts"

/** A run under way. */
interface UnderWay {
  /** "bun over lab" */
  readonly name: string
  readonly link: Link
  readonly progress: Progress
}

const { file, runtimes, links, chunkBytes, json } = parse(process.argv.slice(2))
const runs: RunResult[] = []
const missing: { readonly link: LinkName; readonly reason: string }[] = []
const failures: string[] = []
let bytes = 0
let underWay: UnderWay | undefined

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const) {
  process.on(signal, () => stop(signal))
}
try {
  bytes = checkFile(file)
  say(`${file}: ${bytes} bytes`)
  say(header())
  for (const name of links) {
    const reason = linkObstacle(name)
    await pendingSignals()
    if (reason !== undefined) missing.push({ link: name, reason })
    for (const runtime of runtimes) {
      if (reason === undefined) await show(runtime, name)
      else say(`${runtime.padEnd(7)}  ${name.padEnd(8)}  missing: ${reason}`)
    }
  }
} catch (failure) {
  if (!(failure instanceof FileProblem)) throw failure
  failures.push(failure.message)
}

for (const failure of failures) complain(failure)
if (json) say(JSON.stringify({ runs, missing, failures }))
process.exitCode = failures.length === 0 && runs.length > 0 && runs.every(isGood) ? 0 : 1

async function show(runtime: Runtime, linkName: LinkName): Promise<void> {
  const name = `${runtime} over ${linkName}`
  try {
    const result = await carryOut(runtime, linkName, name)
    runs.push(result)
    say(row(result))
    const copied = copiedBytes(result)
    if (copied !== undefined) say(copied)
  } catch (failure) {
    await pendingSignals()
    failures.push(`${name}: ${failure instanceof Error ? failure.message : String(failure)}`)
  }
}

async function carryOut(runtime: Runtime, linkName: LinkName, name: string): Promise<RunResult> {
  const link = openLink(linkName)
  try {
    using progress = new Progress(name, bytes)
    underWay = { name, link, progress }
    const update = (sent: number) => progress.update(sent)
    return await run({ runtime, link, file, chunkBytes, progress: update })
  } finally {
    underWay = undefined
    link.close()
  }
}

/** Ends the run under way, and says what it was doing. */
function stop(signal: "SIGINT" | "SIGTERM" | "SIGHUP" | "SIGQUIT"): never {
  try {
    underWay?.progress[Symbol.dispose]()
    underWay?.link.close()
    complain(`Stopped by ${signal}${stoppedRun()}`)
  } catch {
    // After SIGHUP the terminal is gone.
  }
  process.exit(128 + constants.signals[signal])
}

function stoppedRun(): string {
  if (underWay === undefined) return " while nothing was being sent"
  return `: ${underWay.name}, ${underWay.progress.bytes} of ${bytes} bytes sent`
}

/**
 * Ctrl-C also ends the commands that set up the link. That is not a failure: the signal reaches us in the
 * same turn.
 */
async function pendingSignals(): Promise<void> {
  await setImmediate()
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

function complain(text: string): void {
  process.stderr.write(`${text}\n`)
}
