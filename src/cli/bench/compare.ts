import process from "node:process"
import type { SocketStats } from "../../tcp/mod.ts"
import type { HostPort } from "../address.ts"
import { median } from "../median.ts"
import type { Material } from "./material.ts"
import { type Way, ways } from "./ways.ts"

/** What one way cost, and what it copied. */
export interface Compared extends Pick<Way, "source" | "name" | "own"> {
  /** Medians of the rounds. */
  readonly gigabitsPerSecond: number
  /** User and system time of this process for 10⁹ bytes. */
  readonly cpuSecondsPerGB: number
  /** CPU time, where the runtime's own way took 1 in the same round. */
  readonly ratio: number
  readonly least: number
  readonly most: number
  /** Bytes of all rounds. */
  readonly bytes: number
  /** Bytes that the kernel or Zerowire is known to have copied on this side. */
  readonly copiedBytes: number
  /** Bytes for which the kernel did not report it. */
  readonly unknownBytes: number
  /** Bytes that Zerowire chose to copy, by reason. */
  readonly reasons: Readonly<Record<string, number>>
}

/** One turn of a way. */
export interface Turn {
  readonly seconds: number
  readonly cpuSeconds: number
  /** Nothing of the runtime's own socket. */
  readonly stats: SocketStats | undefined
}

/**
 * Sends by all ways in turn, round after round, so that the machine behaves the same for each. A first round
 * only warms up: compilers are then done with most of the code, and the file is in the page cache.
 */
export async function compare(
  to: HostPort,
  material: Material,
  rounds: number,
  sayRound: (round: number, rounds: number) => void,
  take: typeof taken = taken,
): Promise<readonly Compared[]> {
  const turns = new Map<Way, Turn[]>(ways.map((way) => [way, []]))
  for (let round = 0; round <= rounds; round++) {
    sayRound(round, rounds)
    for (const [way, before] of turns) {
      const turn = await take(way, material, to)
      if (round > 0) before.push(turn)
    }
  }
  sayRound(rounds + 1, rounds)
  return ways.map((way) => {
    const own = ways.find((other) => other.own && other.source === way.source) ?? way
    return summary(way, turns.get(way) ?? [], turns.get(own) ?? [], material.bytes)
  })
}

async function taken(way: Way, material: Material, to: HostPort): Promise<Turn> {
  const started = performance.now()
  const before = process.cpuUsage()
  const stats = await way.send(material, to)
  const { user, system } = process.cpuUsage(before)
  return { seconds: (performance.now() - started) / 1000, cpuSeconds: (user + system) / 1e6, stats }
}

function summary(
  { source, name, own }: Way,
  turns: readonly Turn[],
  ownTurns: readonly Turn[],
  bytes: number,
): Compared {
  const ratios = turns.map(({ cpuSeconds }, i) => cpuSeconds / ownTurns[i].cpuSeconds)
  const sum = (of: (stats: SocketStats) => number, otherwise: number) =>
    turns.reduce((total, { stats }) => total + (stats === undefined ? otherwise : of(stats)), 0)
  const reasons: Record<string, number> = {}
  for (const { stats } of turns) {
    for (const [reason, copied] of Object.entries(stats?.reasons ?? {})) {
      if (copied > 0) reasons[reason] = (reasons[reason] ?? 0) + copied
    }
  }
  return {
    ...{ source, name, own },
    gigabitsPerSecond: median(turns.map(({ seconds }) => bytes * 8 / seconds / 1e9)),
    cpuSecondsPerGB: median(turns.map(({ cpuSeconds }) => cpuSeconds)) / (bytes / 1e9),
    ratio: median(ratios),
    least: Math.min(...ratios),
    most: Math.max(...ratios),
    bytes: bytes * turns.length,
    // The runtime's own socket counts nothing, and copies every byte.
    copiedBytes: sum(
      ({ copiedBytes, kernelCopiedBytes }) => copiedBytes + kernelCopiedBytes,
      bytes,
    ),
    unknownBytes: sum(({ unverifiedBytes }) => unverifiedBytes, 0),
    reasons,
  }
}
