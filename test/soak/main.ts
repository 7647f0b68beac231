/**
 * `npm run soak`: many streams at once, to peers of every kind, over a link that loses packets; then
 * the verdict. With `--bounded`, one long stream at a time, and the memory that it takes. With `--http`, an
 * HTTP server and its clients. Runs in Bun.
 *
 * @module
 */
import { InvalidArgumentError, Option } from "commander"
import process from "node:process"
import { denoPath } from "../../demo/runtime.ts"
import { command } from "../../tools/command.ts"
import { labObstacle } from "../../lab/lab.ts"
import { excessOf, flow, type Flowed, type FlowOptions } from "./flow.ts"
import { soakHttp } from "./http/soak.ts"
import type { Asked, Sample, Sent } from "./messages.ts"
import { mostHeap } from "./memory_verdict.ts"
import { runtimeOf, soak } from "./soak.ts"

interface Options {
  readonly runtime: "bun" | "deno" | "both"
  readonly minutes: number
  readonly peers: number
  readonly askers: number
  readonly drop: number
  readonly seed: number
  readonly bounded: boolean
  readonly http: boolean
  readonly gigabytes: number
}

const shownComplaints = 20
const heading =
  "    s  heap MB  (peak)  RSS MB  (peak)   fds  streams  ended     GB   held  queued MB  pinned MB  leased"
const options = parse(process.argv.slice(2))
const obstacle = labObstacle()
if (obstacle === undefined) {
  const runtimes = options.runtime === "both" ? ["bun", "deno"] as const : [options.runtime]
  const go = options.bounded ? runBounded : options.http ? runHttp : run
  for (const runtime of runtimes) if (!await go(runtime)) process.exitCode = 1
} else {
  say(`Cannot soak: ${obstacle}`)
  process.exitCode = 1
}

async function run(runtime: "bun" | "deno"): Promise<boolean> {
  const { minutes, peers, askers, drop, seed } = options
  say(
    `${runtime}: ${minutes} min, ${peers} peers, ${askers} askers, ${drop} of 1024 packets lost, seed ${seed}`,
  )
  say(heading)
  const { complaints, sent, samples, asked } = await soak({
    ...{ peers, askers, drop, seed, seconds: minutes * 60 },
    sender: runtimeOf(binaryOf(runtime), runtime),
    peer: runtimeOf(process.execPath, "bun"),
    tell: (sample) => say(lineOf(sample)),
  })
  say(countsOf(sent))
  say(memoryOf(samples))
  if (asked !== undefined) say(answersOf(asked))
  return isGood(runtime, complaints)
}

/** An HTTP server; a stream of the table is a connection, and one that has ended is an answer. */
async function runHttp(runtime: "bun" | "deno"): Promise<boolean> {
  const { minutes, peers, drop, seed } = options
  say(
    `${runtime}: HTTP, ${minutes} min, ${peers} clients, ${drop} of 1024 packets lost, seed ${seed}`,
  )
  say(heading)
  const { complaints, samples, asked } = await soakHttp({
    ...{ clients: peers, drop, seed, seconds: minutes * 60 },
    server: runtimeOf(binaryOf(runtime), runtime),
    client: runtimeOf(process.execPath, "bun"),
    tell: (sample) => say(lineOf(sample)),
  })
  const kinds = Object.entries(asked?.kinds ?? {}).sort()
  say(kinds.map(([kind, count]) => `${count} ${kind}`).join(", "))
  say(memoryOf(samples))
  if (asked !== undefined) say(answersOf(asked))
  return isGood(runtime, complaints)
}

/** Says the verdict. */
function isGood(runtime: string, complaints: readonly string[]): boolean {
  for (const complaint of complaints.slice(0, shownComplaints)) say(`WRONG: ${complaint}`)
  if (complaints.length > shownComplaints) say(`… and ${complaints.length - shownComplaints} more`)
  const verdict = complaints.length === 0 ? "all is well" : `${complaints.length} things are wrong`
  say(`${runtime}: ${verdict}`)
  return complaints.length === 0
}

/** One long stream for each link and each kind of chunk. */
async function runBounded(runtime: "bun" | "deno"): Promise<boolean> {
  say(`${runtime}: ${options.gigabytes} GB in one stream; MiB at the most`)
  say("    link   chunks  pinned  queued     RSS   above the start  zero-copy")
  let good = true
  for (const link of ["lab", "loopback"] as const) {
    for (const chunks of ["fresh", "views", "borrowed"] as const) {
      const sender = runtimeOf(binaryOf(runtime), runtime)
      const asked = { link, chunks, sender, totalBytes: options.gigabytes * 1e9 }
      const flowed = await flow(asked)
      say(boundedLineOf(asked, flowed))
      for (const excess of excessOf(asked, flowed)) {
        say(`WRONG: ${excess}`)
        good = false
      }
    }
  }
  return good
}

function boundedLineOf({ link, chunks, totalBytes }: FlowOptions, flowed: Flowed): string {
  const { pinnedBytes, queuedBytes, rss, rssBefore, zerocopyBytes } = flowed
  const cells = [
    ...[link.padStart(8), chunks.padStart(8), mebibytes(pinnedBytes, 7), mebibytes(queuedBytes, 7)],
    ...[mebibytes(rss, 7), mebibytes(rss - rssBefore, 17)],
    `${(100 * zerocopyBytes / totalBytes).toFixed(0)} %`.padStart(10),
  ]
  return cells.join(" ")
}

function mebibytes(bytes: number, width: number): string {
  return (bytes / 1024 / 1024).toFixed(1).padStart(width)
}

function lineOf(sample: Sample): string {
  const { seconds, heap, rss, peakHeap, peakRss, fds, streams, ended, acceptedBytes } = sample
  const { held, queuedBytes, pinnedBytes, leased } = sample
  const cells = [
    ...[[seconds.toFixed(0), 5], [megabytes(heap), 8], [megabytes(peakHeap), 7]],
    ...[[megabytes(rss), 7], [megabytes(peakRss), 7], [fds, 5], [streams, 8], [ended, 6]],
    ...[[(acceptedBytes / 1e9).toFixed(1), 6], [held, 6], [megabytes(queuedBytes), 10]],
    ...[[megabytes(pinnedBytes), 10], [leased, 7]],
  ]
  return cells.map(([text, width]) => String(text).padStart(Number(width))).join(" ")
}

/** The peak memory: in use, and including garbage. */
function memoryOf(samples: readonly Sample[]): string {
  const peak = (of: "peakHeap" | "peakRss") =>
    megabytes(Math.max(...samples.map((sample) => sample[of])))
  return `At the most, streams had ${megabytes(mostHeap(samples))} MB of heap in use; with what ` +
    `waited to be collected, and all else, it came to ${peak("peakHeap")} MB, and ` +
    `${peak("peakRss")} MB were resident`
}

function answersOf({ answers, connections, slowest }: Asked): string {
  return `Those who asked got ${answers} answers over ${connections} connections; the slowest took ${slowest} ms`
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0)
}

/** How many streams there were of each kind, and how they ended. */
function countsOf(sent: readonly Sent[]): string {
  const groups = Map.groupBy(
    sent,
    ({ plan, outcome }) => `${plan.behaviour} ${plan.way} ${outcome}`,
  )
  return [...groups].sort().map(([name, { length }]) => `${length} ${name}`).join(", ")
}

function binaryOf(runtime: "bun" | "deno"): string {
  return runtime === "bun" ? process.execPath : denoPath()
}

function parse(args: readonly string[]): Options {
  return command("soak")
    .addOption(
      new Option("--runtime <name>", "what sends").choices(["bun", "deno", "both"]).default("both"),
    )
    .option("--minutes <n>", "how long each runtime sends", above("The minutes", 0), 10)
    .option("--peers <n>", "streams at once", above("The peers", 0), 200)
    .option("--askers <n>", "connections that ask beside them", above("The askers", -1), 100)
    .option(
      "--drop <n>",
      "how many of 1024 packets to the peers are lost",
      above("The loss", -1),
      10,
    )
    .option("--seed <n>", "decides who does what", above("The seed", -1), Date.now() % 1_000_000)
    .option(
      "--bounded",
      "instead, send one long stream at a time, and show what memory it takes",
      false,
    )
    .option("--http", "instead, serve the peers over HTTP", false)
    .option(
      "--gigabytes <n>",
      "10⁹ bytes of a stream, with --bounded",
      above("The gigabytes", 0),
      10,
    )
    .parse(args, { from: "user" })
    .opts<Options>()
}

function above(what: string, least: number) {
  return (text: string): number => {
    const number = Number(text)
    if (Number.isFinite(number) && number > least) return number
    throw new InvalidArgumentError(`${what} must be more than ${least}.`)
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
