/**
 * The main job: a real file, streamed from Bun and from Deno by Zerowire and by the runtime itself, with
 * what each costs and the proof that it arrived. Runs in Bun.
 *
 * @module
 */
import { constants } from "node:os"
import process from "node:process"
import { setImmediate } from "node:timers/promises"
import { checkFile, FileProblem, hashOf } from "./file.ts"
import { type Link, type LinkName, linkObstacle, openLink } from "./link.ts"
import { parse } from "./options.ts"
import { Progress } from "./progress.ts"
import { copiedBytes, header, isGood, row, verdict } from "./report.ts"
import { run, type RunResult } from "./run.ts"
import type { Runtime } from "./runtime.ts"
import { type Way, ways } from "./ways.ts"

/** A run under way. */
interface UnderWay {
  /** "bun over lab" */
  readonly name: string
  readonly link: Link
  readonly progress: Progress
}

const { file, runtimes, links, chunkBytes, json } = parse(process.argv.slice(2))
// A chunk has a size in the runtime's stream alone. Where it is given, Zerowire has the first turn.
const turns = chunkBytes === undefined ? ways : (["stream", "own"] as const)
const runs: RunResult[] = []
const missing: { readonly link: LinkName; readonly reason: string }[] = []
const failures: string[] = []
let bytes = 0
let sha256 = ""
let underWay: UnderWay | undefined

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const) {
  process.on(signal, () => stop(signal))
}
try {
  bytes = checkFile(file)
  sha256 = await hashOf(file)
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

/** Sends the file by every way, and says what each cost. */
async function show(runtime: Runtime, linkName: LinkName): Promise<void> {
  const name = `${runtime} over ${linkName}`
  const results: RunResult[] = []
  let link: Link | undefined
  try {
    link = openLink(linkName)
    for (const way of turns) results.push(await carryOut(runtime, way, link, name))
  } catch (failure) {
    await pendingSignals()
    failures.push(`${name}: ${failure instanceof Error ? failure.message : String(failure)}`)
  } finally {
    link?.close()
  }
  runs.push(...results)
  sayResults(results)
}

function sayResults(results: readonly RunResult[]): void {
  const own = results.find(({ way }) => way === "own")
  for (const result of results) {
    say(row(result, own))
    const copied = copiedBytes(result)
    if (copied !== undefined) say(copied)
  }
  const meaning = verdict(results)
  if (meaning !== undefined) say(meaning)
}

async function carryOut(
  runtime: Runtime,
  way: Way,
  link: Link,
  name: string,
): Promise<RunResult> {
  try {
    using progress = new Progress(name, bytes)
    underWay = { name, link, progress }
    const update = (sent: number) => progress.update(sent)
    return await run({ runtime, way, link, file, sha256, chunkBytes, progress: update })
  } finally {
    underWay = undefined
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
