import { type Cost, cpuOf } from "./cost.ts"

/** One round: every rival once, in turn. */
export type Round<C extends Cost = Cost> = ReadonlyMap<string, C>

/** What `runRounds` is to do. */
export interface Plan {
  readonly rounds: number
  /** Foreign processor time that a run may have beside it, as a part of its duration. */
  readonly tolerated: number
}

/** What came of it. */
export interface Outcome<C extends Cost = Cost> {
  /** They hold the same rivals. */
  readonly rounds: readonly Round<C>[]
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
export async function runRounds<C extends Cost>(
  names: readonly string[],
  measure: (name: string) => C | Promise<C>,
  { rounds: wanted, tolerated }: Plan,
): Promise<Outcome<C>> {
  const failed = new Map<string, string>()
  const rounds: Round<C>[] = []
  let disturbed = 0
  let kept = 0
  while (rounds.length < wanted && failed.size < names.length) {
    const round = await runRound(names, measure, failed)
    if (isDisturbed(round, tolerated)) {
      if (disturbed < wanted) {
        disturbed++
        continue
      }
      kept++
    }
    rounds.push(round)
  }
  const withoutFailed = (round: Round<C>) =>
    new Map([...round].filter(([name]) => !failed.has(name)))
  return { rounds: rounds.map(withoutFailed), disturbed, kept, failed }
}

/** Whether so much else ran beside some rival that the round says nothing. */
export const isDisturbed = (round: Round, tolerated: number): boolean =>
  [...round.values()].some(({ foreignSeconds, seconds }) => foreignSeconds > tolerated * seconds)

async function runRound<C extends Cost>(
  names: readonly string[],
  measure: (name: string) => C | Promise<C>,
  failed: Map<string, string>,
): Promise<Round<C>> {
  const round = new Map<string, C>()
  for (const name of names) {
    if (failed.has(name)) continue
    try {
      const cost = await measure(name)
      if (cpuOf(cost) === 0) throw new Error("It took no time at all: send more bytes")
      round.set(name, cost)
    } catch (failure) {
      failed.set(name, failure instanceof Error ? failure.message : String(failure))
    }
  }
  return round
}
