import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import type { Finding, Report, Subject } from "../../src/doctor.ts"
import { commandOf } from "../command/zerowire.ts"

/** What `zerowire doctor --json` printed, and its status. */
export interface Examined extends Report {
  readonly status: number | null
  of(subject: Subject): Finding
}

/**
 * Runs `zerowire doctor --json`.
 *
 * @param around the command that runs it, for example in a namespace
 */
export function examine(args: readonly string[] = [], around: readonly string[] = []): Examined {
  return examined([...around, ...commandOf("doctor", "--json", ...args)])
}

/** Runs this command line, which prints a report. */
export function examined([name, ...args]: readonly string[], env = process.env): Examined {
  const { status, stdout, stderr } = spawnSync(name, args, { encoding: "utf8", timeout, env })
  assert.equal(stderr, "")
  const report: Report = JSON.parse(stdout)
  return {
    ...{ ...report, status },
    of(subject) {
      const found = report.findings.find((finding) => finding.subject === subject)
      assert.ok(found, `nothing on ${subject}`)
      return found
    },
  }
}

/** The levels of these subjects. */
export const levels = (report: Examined, ...subjects: readonly Subject[]) =>
  Object.fromEntries(subjects.map((subject) => [subject, report.of(subject).level]))

const timeout = 60_000
