/**
 * The main job: a real file, streamed from Bun and from Deno by Zerowire and by the runtime itself, with
 * what each costs and the proof that it arrived. Runs in Bun.
 *
 * @module
 */
import { constants } from "node:os"
import process from "node:process"
import { setImmediate } from "node:timers/promises"
import { checkFile, FileProblem, hashOf, warmUpFor } from "./file.ts"
import { type Link, type LinkName, linkObstacle, openLink } from "./link.ts"
import { parse } from "./options.ts"
import { Progress } from "./progress.ts"
import { copiedBytes, header, isGood, legend, row, verdict } from "./report.ts"
import { run, type RunResult } from "./run.ts"
import type { Runtime } from "./runtime.ts"
import { ways } from "./ways.ts"

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
let warmUp: string | undefined
let underWay: UnderWay | undefined

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const) {
  process.on(signal, () => stop(signal))
}
// A program such as `head` ends when it has enough.
process.stdout.on("error", () => stop("SIGPIPE"))
try {
  bytes = checkFile(file)
  sha256 = await hashOf(file)
  // Chunks with a size may be so small that once takes long.
  if (chunkBytes === undefined) warmUp = warmUpFor(file)
  say(`${file}: ${bytes} bytes`)
  say(header())
  const obstacles = new Map(links.map((name) => [name, linkObstacle(name)]))
  await pendingSignals()
  for (const [link, reason] of obstacles) if (reason !== undefined) missing.push({ link, reason })
  for (const runtime of runtimes) {
    const results: RunResult[] = []
    for (const [name, reason] of obstacles) {
      if (reason === undefined) results.push(...await show(runtime, name))
      else say(`${runtime.padEnd(7)}  ${name.padEnd(8)}  missing: ${reason}`)
    }
    runs.push(...results)
    const meaning = verdict(results)
    if (meaning !== undefined) say(`\n${meaning}\n`)
  }
  say(legend(runs))
} catch (failure) {
  if (!(failure instanceof FileProblem)) throw failure
  failures.push(failure.message)
}

for (const failure of failures) complain(failure)
if (json) process.stdout.write(`${JSON.stringify({ runs, missing, failures })}\n`)
process.exitCode = failures.length === 0 && runs.length > 0 && runs.every(isGood) ? 0 : 1

/** Sends the file by every way, and says what each cost. */
async function show(runtime: Runtime, linkName: LinkName): Promise<readonly RunResult[]> {
  const name = `${runtime} over ${linkName}`
  const results: RunResult[] = []
  let link: Link | undefined
  try {
    link = openLink(linkName)
    await carryOut(runtime, link, name, (result) => results.push(result))
  } catch (failure) {
    await pendingSignals()
    failures.push(`${name}: ${failure instanceof Error ? failure.message : String(failure)}`)
  } finally {
    link?.close()
  }
  sayResults(results)
  return results
}

function sayResults(results: readonly RunResult[]): void {
  const own = results.find(({ way }) => way === "own")
  for (const result of results) {
    say(row(result, own))
    const copied = copiedBytes(result)
    if (copied !== undefined) say(copied)
  }
}

async function carryOut(
  runtime: Runtime,
  link: Link,
  name: string,
  finished: (result: RunResult) => void,
): Promise<void> {
  try {
    using progress = new Progress(name, bytes)
    underWay = { name, link, progress }
    const update = (sent: number) => progress.update(sent)
    const heard = { progress: update, finished }
    await run({ runtime, ways: turns, link, file, sha256, chunkBytes, warmUp, ...heard })
  } finally {
    underWay = undefined
  }
}

/** Ends the run under way, and says what it was doing. */
function stop(signal: "SIGINT" | "SIGTERM" | "SIGHUP" | "SIGQUIT" | "SIGPIPE"): never {
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

/** With `--json`, standard output has that one line and nothing else. */
function say(text: string): void {
  const output = json ? process.stderr : process.stdout
  output.write(`${text}\n`)
}

function complain(text: string): void {
  process.stderr.write(`${text}\n`)
}
