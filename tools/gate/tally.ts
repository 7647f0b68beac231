import process from "node:process"

export interface Verdict {
  readonly result: "passed" | "failed" | "skipped"
  readonly name: string
  /** Details of the failure, or why it was skipped. */
  readonly detail?: string
}

/** The results of a stage. */
export interface Tally {
  readonly passed: number
  /** What failed, with details. */
  readonly failures: readonly string[]
  /** The names of skipped tests, each with its reason if it gives one. */
  readonly skips: readonly string[]
}

/** Passed if there is no problem. */
export const verdictOf = (name: string, problem: string | undefined): Verdict =>
  problem ? { result: "failed", name, detail: problem } : { result: "passed", name }

/** Counts verdicts. If everything could have run, a skip counts as a failure. */
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

/** The only reasons for root to skip: something does not exist here, or belongs to the other runtime. */
const allowedWithRoot = ["JSR cannot be reached", "needs Bun", "needs Deno"]
