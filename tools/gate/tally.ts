import process from "node:process"

export interface Verdict {
  readonly result: "passed" | "failed" | "skipped"
  readonly name: string
  /** What is known of a failure, or why it was skipped. */
  readonly detail?: string
}

/** What a stage found. */
export interface Tally {
  readonly passed: number
  /** What failed, and what is known of it. */
  readonly failures: readonly string[]
  /** Names, with the reason where there is one. */
  readonly skips: readonly string[]
}

/** Something passed, unless there was a problem. */
export const verdictOf = (name: string, problem: string | undefined): Verdict =>
  problem ? { result: "failed", name, detail: problem } : { result: "passed", name }

/** Counts verdicts. A skip counts as a failure where everything could have run. */
export function tallyOf(verdicts: readonly Verdict[]): Tally {
  const failures: string[] = []
  const skips: string[] = []
  let passed = 0
  for (const { result, name, detail } of verdicts) {
    const told = detail ? `${name}: ${detail}` : name
    if (result === "passed") passed++
    else if (result === "failed") failures.push(told)
    else if (mayBeSkipped(told)) skips.push(told)
    else failures.push(`${told} (was skipped, and with root nothing may be)`)
  }
  return { passed, failures, skips }
}

export const mayBeSkipped = (told: string, asRoot: boolean = process.geteuid?.() === 0): boolean =>
  !asRoot || allowedWithRoot.some((reason) => told.includes(reason))

/** Root can do everything here but these: reach what is not there, and be in the other runtime. */
const allowedWithRoot = ["JSR cannot be reached", "needs Bun", "needs Deno"]
