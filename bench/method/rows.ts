import { type Cost, cpuOf, type Timed } from "./cost.ts"
import type { Round } from "./rounds.ts"

/** A figure over several rounds. */
export interface Spread {
  readonly median: number
  readonly least: number
  readonly most: number
}

/** Notification ids of all rounds, and what the kernel reported about them. */
export type Shares = Pick<Cost, "zerocopySends" | "notified" | "kernelCopied" | "unknown">

/** A rival over all rounds. */
export interface Row extends Shares {
  readonly rival: string
  /** User and system time of the sending process, in seconds per 10⁹ bytes. */
  readonly cpuSecondsPerGB: Spread
  readonly userSecondsPerGB: Spread
  /** CPU time of all CPUs while it sent, including the receiver and other programs. */
  readonly machineSecondsPerGB: Spread
  readonly gigabitsPerSecond: Spread
  /** This rival's CPU time divided by another's, round by round, by the other's name. */
  readonly ratios: Readonly<Record<string, Spread>>
}

/** Sums up the rounds. Ratios are computed within a round, where the machine behaves the same for all. */
export function rowsOf(
  rounds: readonly Round[],
  totalBytes: number,
  references: readonly string[],
): readonly Row[] {
  const perGB = (seconds: number) => seconds / (totalBytes / 1e9)
  return [...rounds[0]?.keys() ?? []].map((rival) => {
    const costs = rounds.map((round) => costOf(round, rival))
    const ratios = references.filter((name) => name !== rival && rounds[0].has(name)).map((
      name,
    ) => [
      name,
      spreadOf(rounds.map((round) => cpuOf(costOf(round, rival)) / cpuOf(costOf(round, name)))),
    ])
    return {
      rival,
      cpuSecondsPerGB: spreadOf(costs.map((cost) => perGB(cpuOf(cost)))),
      userSecondsPerGB: spreadOf(costs.map((cost) => perGB(cost.userSeconds))),
      machineSecondsPerGB: spreadOf(costs.map((cost) => perGB(cost.machineSeconds))),
      gigabitsPerSecond: spreadOf(costs.map(({ seconds }) => totalBytes * 8 / 1e9 / seconds)),
      ratios: Object.fromEntries(ratios),
      ...sharesOf(costs),
    }
  })
}

/** The sums of all counts. */
export function sharesOf(costs: readonly Shares[]): Shares {
  const sum = (name: keyof Shares) => costs.reduce((sum, cost) => sum + cost[name], 0)
  return {
    ...{ zerocopySends: sum("zerocopySends"), notified: sum("notified") },
    ...{ kernelCopied: sum("kernelCopied"), unknown: sum("unknown") },
  }
}

/** The median, the least and the most. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  const median = (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2
  return { median, least: sorted[0], most: sorted[sorted.length - 1] }
}

/** What a rival cost in a round. */
export function costOf<C extends Timed>(round: Round<C>, rival: string): C {
  const cost = round.get(rival)
  if (cost === undefined) throw new Error(`Cannot compare: a round lacks "${rival}"`)
  return cost
}
