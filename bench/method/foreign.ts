import { readdirSync, readFileSync } from "node:fs"

/** What `/proc/PID/stat` reports about a process. */
export interface ProcessStat {
  readonly pid: number
  readonly parent: number
  /** User and system time of the process, and of its children that it has waited for. */
  readonly ticks: number
}

/**
 * CPU seconds that all others but `own` and its children have taken so far, on all CPUs: other programs,
 * and other machines of the same host.
 */
export const foreignSeconds = (own: number): number =>
  (foreignTicks(processes(), own) + stolenTicks(read("/proc/stat"))) / ticksPerSecond

/**
 * The sum over other programs. A program that has ended is counted with its parent, so many short ones
 * count, too. Kernel threads are left out, because they work for the benchmark as well.
 */
export function foreignTicks(stats: readonly ProcessStat[], own: number): number {
  const parents = new Map(stats.map(({ pid, parent }) => [pid, parent]))
  const isBelow = (root: number, pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined; at = parents.get(at)) {
      if (at === root) return true
    }
    return false
  }
  return stats.filter(({ pid }) => !isBelow(kernelThreads, pid) && !isBelow(own, pid))
    .reduce((sum, { ticks }) => sum + ticks, 0)
}

/** proc_pid_stat(5). The name in brackets may contain anything, so fields are found after the last bracket. */
export function parseStat(text: string): ProcessStat | undefined {
  const open = text.indexOf(" (")
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ")
  if (open < 0 || fields.length < 15) return undefined
  const [user, system, childrenUser, childrenSystem] = fields.slice(11, 15).map(Number)
  return {
    pid: Number(text.slice(0, open)),
    parent: Number(fields[1]),
    ticks: user + system + childrenUser + childrenSystem,
  }
}

/** Time in which the host ran other machines, from the first line of `/proc/stat` (proc_stat(5)). */
export const stolenTicks = (text: string): number =>
  Number(/^cpu +(?:\d+ ){7}(\d+)/.exec(text)?.[1] ?? 0)

const processes = (): readonly ProcessStat[] =>
  readdirSync("/proc").filter((name) => /^\d+$/.test(name))
    .map((pid) => parseStat(read(`/proc/${pid}/stat`)))
    .filter((stat) => stat !== undefined)

/** The text of a file; undefined if there is none, as when a process has just ended. */
export function read(path: string): string {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return ""
  }
}

/** kthreadd, the parent of every kernel thread. */
const kernelThreads = 2

/** USER_HZ (proc(5)), the same on every machine that this runs on. */
const ticksPerSecond = 100
