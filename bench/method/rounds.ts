import { type Cost, cpuOf, type Timed } from "./cost.ts"
import { Status } from "./status.ts"

/** One round: every rival once, in turn. */
export type Round<C extends Timed = Cost> = ReadonlyMap<string, C>

/** What `runRounds` is to do. */
export interface Plan {
  readonly rounds: number
  /** CPU time that other programs may take during a run, as a fraction of its duration. */
  readonly tolerated: number
  /** Where to say how far it is. */
  readonly status?: Status
}

/** The result of all rounds. */
export interface Outcome<C extends Timed = Cost> {
  /** All rounds have the same rivals. */
  readonly rounds: readonly Round<C>[]
  /** Rounds that were discarded and repeated because other programs ran. */
  readonly disturbed: number
  /** Rounds that count although other programs ran, because they never stopped. */
  readonly kept: number
  /** Rivals that failed in some round, and why. They have no figures. */
  readonly failed: ReadonlyMap<string, string>
}

/**
 * Runs every rival in turn, again and again, so that the machine behaves the same for all. A disturbed
 * round is discarded and repeated, up to as many times as there are rounds; after that it counts.
 */
export async function runRounds<C extends Timed>(
  names: readonly string[],
  measure: (name: string) => C | Promise<C>,
  { rounds: wanted, tolerated, status: given }: Plan,
): Promise<Outcome<C>> {
  const failed = new Map<string, string>()
  const rounds: Round<C>[] = []
  let disturbed = 0
  let kept = 0
  using status = given ?? new Status()
  while (rounds.length < wanted && failed.size < names.length) {
    const place = `round ${rounds.length + 1} of ${wanted}`
    const round = await runRound(names, measure, failed, (name) => status.show(`${place}: ${name}`))
    if (isDisturbed(round, tolerated)) {
      if (disturbed < wanted) {
        disturbed++
        status.say(`${place} is thrown away and made again, because other programs ran`)
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

/** Whether other programs took so much CPU time during a run that the round proves nothing. */
export const isDisturbed = (round: Round<Timed>, tolerated: number): boolean =>
  [...round.values()].some(({ foreignSeconds, seconds }) => foreignSeconds > tolerated * seconds)

async function runRound<C extends Timed>(
  names: readonly string[],
  measure: (name: string) => C | Promise<C>,
  failed: Map<string, string>,
  begins: (name: string) => void,
): Promise<Round<C>> {
  const round = new Map<string, C>()
  for (const name of names) {
    if (failed.has(name)) continue
    begins(name)
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
