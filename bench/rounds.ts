import { type Cost, cpuOf } from "./cost.ts"

/** One round: every rival once, in turn. */
export type Round = ReadonlyMap<string, Cost>

/** What `runRounds` is to do. */
export interface Plan {
  readonly rounds: number
  /** Foreign processor time that a run may have beside it, as a part of its duration. */
  readonly tolerated: number
}

/** What came of it. */
export interface Outcome {
  /** They hold the same rivals. */
  readonly rounds: readonly Round[]
  /** Rounds that were thrown away because something else ran, and repeated. */
  readonly disturbed: number
  /** Rounds that count although something else ran: it never stopped. */
  readonly kept: number
  /** Those that failed in some round, and why. They have no figures. */
  readonly failed: ReadonlyMap<string, string>
}

/**
 * Runs every rival in turn, again and again, so that the machine's mood is the same for all. A
 * disturbed round is thrown away and repeated, as often as there are rounds to do; after that it counts.
 */
export function runRounds(
  names: readonly string[],
  measure: (name: string) => Cost,
  { rounds: wanted, tolerated }: Plan,
): Outcome {
  const failed = new Map<string, string>()
  const rounds: Round[] = []
  let disturbed = 0
  let kept = 0
  while (rounds.length < wanted && failed.size < names.length) {
    const round = runRound(names, measure, failed)
    if (isDisturbed(round, tolerated)) {
      if (disturbed < wanted) {
        disturbed++
        continue
      }
      kept++
    }
    rounds.push(round)
  }
  const withoutFailed = (round: Round) => new Map([...round].filter(([name]) => !failed.has(name)))
  return { rounds: rounds.map(withoutFailed), disturbed, kept, failed }
}

/** Whether so much else ran beside some rival that the round says nothing. */
export const isDisturbed = (round: Round, tolerated: number): boolean =>
  [...round.values()].some(({ foreignSeconds, seconds }) => foreignSeconds > tolerated * seconds)

function runRound(
  names: readonly string[],
  measure: (name: string) => Cost,
  failed: Map<string, string>,
): Round {
  const round = new Map<string, Cost>()
  for (const name of names) {
    if (failed.has(name)) continue
    try {
      const cost = measure(name)
      if (cpuOf(cost) === 0) throw new Error("It took no time at all: send more bytes")
      round.set(name, cost)
    } catch (failure) {
      failed.set(name, failure instanceof Error ? failure.message : String(failure))
    }
  }
  return round
}
