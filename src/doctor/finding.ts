/** How good or bad something is, from best to worst. */
export type Level = "good" | "unknown" | "limit" | "problem"

/** What a finding is about. The name stays the same from version to version. */
export type Subject =
  | "runtime"
  | "kernel"
  | "libc"
  | "permissions"
  | "zerocopy"
  | "sendfile"
  | "io_uring"
  | "memlock"
  | "memlock-others"
  | "optmem"
  | "container"
  | "capture"
  | "tcp"
  | "route"
  | "offload"
  | "veth"
  | "connection"
  | "probe"
  | "trial"

/** One thing that the doctor has looked at. */
export interface Finding {
  /** What it is about. */
  readonly subject: Subject
  /**
   * - `good`: as it should be
   * - `unknown`: could not be seen; the message says why
   * - `limit`: everything works, and some or all bytes are copied, or go slower than they could
   * - `problem`: nothing can be sent, or everything is copied for a reason that can be removed
   */
  readonly level: Level
  /** What is so, and what follows from it, in one or two sentences. */
  readonly message: string
  /** The command that cures it, for a shell. */
  readonly cure?: string
  /** The figures behind the message. */
  readonly details?: Readonly<Record<string, string | number | boolean>>
}

/** Everything that the doctor has found. */
export interface Report {
  /** In the order in which they are best read. */
  readonly findings: readonly Finding[]
  /** The worst level of the findings. What could not be seen counts as better than a limit. */
  readonly worst: Level
}

/** A report of these findings. */
export function reportOf(findings: readonly Finding[]): Report {
  const worst = findings.reduce(
    (worst, { level }) => Math.max(worst, levels.indexOf(level)),
    levels.indexOf("good"),
  )
  return { findings, worst: levels[worst] }
}

const levels: readonly Level[] = ["good", "unknown", "limit", "problem"]
