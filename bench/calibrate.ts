/**
 * `npm run calibrate`: from which size on does zero-copy take less processor time than copying, on this
 * machine, in each runtime? Writes it where sockets find it. Runs in Bun.
 *
 * @module
 */
import { readFileSync } from "node:fs"
import process from "node:process"
import { crossover, type Pair } from "../src/cli/calibrate/crossover.ts"
import { keepThresholds } from "../src/cli/calibrate/keep.ts"
import { command, wholeNumber } from "../tools/command.ts"
import { compileReference } from "./peers/compiler.ts"
import { hold, sayTrouble, watched } from "./method/contest.ts"
import { costFrom, cpuOf } from "./method/cost.ts"
import { type Link, linkObstacle, openLink } from "./peers/link.ts"
import { costOf, spreadOf } from "./method/rows.ts"
import { startListener } from "./peers/listener.ts"
import { commandOf } from "./rivals.ts"

const runtimes = ["bun", "deno"] as const
type Runtime = (typeof runtimes)[number]

const KiB = 1024
const sizes = [1, 2, 4, 8, 16, 32, 64, 128, 256].map((size) => size * KiB)
/** Whether other programs ran throughout. */
let disturbed = false
/** Enough calls for the resolution of the CPU clock, and few enough bytes to finish soon. */
const leastCalls = 20_000
const mostBytes = 300_000_000

const { rounds, mtu, tolerate, dryRun } = parse(process.argv.slice(2))
const obstacle = linkObstacle("lab")
if (obstacle === undefined) await calibrate()
else {
  process.stderr.write(
    `Cannot calibrate: ${obstacle}. Over loopback the kernel always copies, so a link of our own is ` +
      'needed. Measure over a real link with "zerowire calibrate HOST:PORT"\n',
  )
  process.exitCode = 1
}

async function calibrate(): Promise<void> {
  using reference = compileReference()
  using link = openLink("lab", { mtu })
  const { port } = await startListener(link, "receiver", [], reference.programs)
  const found = new Map<Runtime, number>()
  for (const runtime of runtimes) {
    say(`\n${runtime}, MTU ${mtu}, one call for each chunk, medians of ${rounds} rounds`)
    say("   bytes   copying  zero-copying   ratio      least-most   (CPU seconds for each GB)")
    const pairs: Pair[] = []
    for (const bytes of sizes) pairs.push(await compare(runtime, link, port, bytes))
    const threshold = crossover(pairs)
    found.set(runtime, threshold)
    say(`${runtime}: zero-copy pays from ${threshold} bytes on${unproved(threshold)}`)
  }
  if (dryRun) return
  if (!disturbed) return write(found)
  say(
    "\nNothing is kept, because other programs ran. Try again when they do not, or with --tolerate",
  )
  process.exitCode = 1
}

/** Both ways in turn, round after round, so that the machine behaves the same for both. */
async function compare(
  runtime: Runtime,
  link: Link,
  port: number,
  bytes: number,
): Promise<Pair> {
  const totalBytes = Math.ceil(Math.min(mostBytes, leastCalls * bytes) / bytes) * bytes
  const command = [...commandOf(runtime, "calibrate.ts"), link.address]
  const numbers = [port, bytes, totalBytes, Math.ceil(totalBytes / 4 / bytes) * bytes].map(String)
  const outcome = await hold({
    names: ["never", "always"],
    check: () => Promise.resolve(undefined),
    measure: (way) => {
      const { printed, foreign } = watched(() => link.send([...command, ...numbers, "views", way]))
      return costFrom(printed, foreign)
    },
  }, { rounds, tolerated: tolerate / 100 })
  if (Object.keys(outcome.missing).length > 0) throw new Error(JSON.stringify(outcome.missing))
  const cpu = (way: string) => outcome.rounds.map((round) => cpuOf(costOf(round, way)))
  const ratio = spreadOf(cpu("always").map((cost, i) => cost / cpu("never")[i]))
  const perGB = (way: string) => (spreadOf(cpu(way)).median / (totalBytes / 1e9)).toFixed(3)
  const [least, most] = [ratio.least.toFixed(2), ratio.most.toFixed(2)]
  say(
    `${String(bytes).padStart(8)}${perGB("never").padStart(10)}${perGB("always").padStart(14)}` +
      `${ratio.median.toFixed(2).padStart(8)}${`${least}-${most}`.padStart(16)}`,
  )
  sayTrouble(outcome, say)
  disturbed ||= outcome.kept > 0
  return { bytes, ratio: ratio.median }
}

function write(found: ReadonlyMap<Runtime, number>): void {
  const path = keepThresholds(found)
  say(`\nWritten to ${path}:\n${readFileSync(path, "utf8")}`)
}

function unproved(threshold: number): string {
  return threshold > sizes[sizes.length - 1] ? ", if at all: no size that was measured paid" : ""
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

function parse(args: readonly string[]) {
  return command("calibrate")
    .option("--rounds <n>", "how often each size is sent each way", wholeNumber(1, 100), 5)
    .option("--mtu <bytes>", "bytes of a packet", wholeNumber(1280, 65_535), 1500)
    .option("--tolerate <percent>", "processor time of other programs", wholeNumber(0, 1000), 20)
    .option("--dry-run", "keep nothing", false)
    .parse(args, { from: "user" })
    .opts<{ rounds: number; mtu: number; tolerate: number; dryRun: boolean }>()
}
