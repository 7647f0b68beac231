import process from "node:process"
import type { Timed } from "./cost.ts"
import { foreignSeconds } from "./foreign.ts"
import { type Outcome, type Plan, runRounds } from "./rounds.ts"

/** How a suite checks and runs its rivals, by name. */
export interface Contest<C extends Timed> {
  readonly names: readonly string[]
  /** Why a rival gets no row, or undefined. Called once, before anything is timed. */
  check(name: string): Promise<string | undefined>
  /** Runs a rival once. If that fails, the rival gets no row. */
  measure(name: string): C | Promise<C>
}

/** The result of a contest. */
export interface Standings<C extends Timed> extends Omit<Outcome<C>, "failed"> {
  /** Rivals without a row, and why. */
  readonly missing: Readonly<Record<string, string>>
}

/** Checks all rivals, then runs those that passed, in turn. */
export async function hold<C extends Timed>(
  contest: Contest<C>,
  plan: Plan,
): Promise<Standings<C>> {
  const flaws: Record<string, string> = {}
  for (const name of contest.names) {
    const flaw = await contest.check(name)
    if (flaw !== undefined) flaws[name] = flaw
  }
  const able = contest.names.filter((name) => !(name in flaws))
  const { failed, ...outcome } = await runRounds(able, (name) => contest.measure(name), plan)
  return { ...outcome, missing: { ...flaws, ...Object.fromEntries(failed) } }
}

/** Runs something, and returns its output and the CPU time that other programs took meanwhile. */
export function watched(run: () => string): { readonly printed: string; readonly foreign: number } {
  const before = foreignSeconds(process.pid)
  const printed = run()
  return { printed, foreign: Math.max(0, foreignSeconds(process.pid) - before) }
}

/** The same of something that takes its time. */
export async function watchedFor<T>(
  run: () => Promise<T>,
): Promise<{ readonly result: T; readonly foreign: number }> {
  const before = foreignSeconds(process.pid)
  const result = await run()
  return { result, foreign: Math.max(0, foreignSeconds(process.pid) - before) }
}

/** Prints the lines below a table: the rivals without a row, and disturbed rounds. */
export function sayTrouble(
  { disturbed, kept, missing }: Pick<Standings<Timed>, "disturbed" | "kept" | "missing">,
  say: (text: string) => void,
): void {
  for (const [name, reason] of Object.entries(missing)) say(`${name} has no row: ${reason}`)
  if (disturbed > 0) say(`${disturbed} rounds were thrown away because other programs ran`)
  if (kept > 0) say(`${kept} rounds count although other programs ran: do not trust these figures`)
}
