import process from "node:process"
import { surroundings } from "../kernel/mod.ts"
import type { HostPort } from "./address.ts"
import { compare, type Compared, warmUp } from "./calibrate/compare.ts"
import { crossover } from "./calibrate/crossover.ts"
import { keepThresholds } from "./calibrate/keep.ts"

export interface CalibrateFlags {
  readonly rounds: number
  /** The most bytes to send at a time. */
  readonly bytes: number
  /** Keeps nothing. */
  readonly dryRun?: boolean
}

/** Finds the size from which zero-copy pays off to a receiver, keeps it, and returns the exit status. */
export async function calibrate(
  to: HostPort,
  { rounds, bytes, dryRun = false }: CalibrateFlags,
): Promise<number> {
  const { runtime } = surroundings()
  await warmUp(to, bytes)
  say(`${runtime}, one call for each chunk, medians of ${rounds} rounds`)
  say("   bytes   copying  zero-copying   ratio      least-most   (CPU seconds for each GB)")
  const all: Compared[] = []
  for (const size of sizes) {
    const total = Math.ceil(Math.min(bytes, mostCalls * size) / size) * size
    const compared = await compare(to, size, total, rounds)
    all.push(compared)
    say(lineOf(compared))
  }
  const threshold = crossover(all)
  const proved = threshold <= sizes[sizes.length - 1]
  say(
    proved
      ? `Zero-copy pays off from ${threshold} bytes on`
      : "Zero-copy paid off at no size that was measured",
  )
  if (!dryRun) say(`Written to ${keepThresholds(new Map([[runtime, threshold]]))}`)
  return 0
}

function lineOf({ bytes, ratio, spread, secondsPerGB }: Compared): string {
  const [least, most] = spread.map((ratio) => ratio.toFixed(2))
  return `${String(bytes).padStart(8)}${secondsPerGB.never.toFixed(3).padStart(10)}` +
    `${secondsPerGB.always.toFixed(3).padStart(14)}${ratio.toFixed(2).padStart(8)}` +
    `${`${least}-${most}`.padStart(16)}`
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

const sizes = [1, 2, 4, 8, 16, 32, 64, 128, 256].map((kib) => kib * 1024)
/** Enough for CPU times of some 50 ms. */
const mostCalls = 10_000
