import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { cpus } from "node:os"
import process from "node:process"

/** What a figure depends on. */
export interface Machine {
  readonly kernel: string
  readonly cpu: string
  readonly cpus: number
  readonly optmemMax: string
  readonly memlock: string
  readonly congestionControl: string
  readonly versions: Readonly<Record<string, string>>
  readonly commit: string
}

export const describeMachine = (deno: string): Machine => ({
  kernel: print("uname", "-srm"),
  cpu: cpus()[0].model,
  cpus: cpus().length,
  optmemMax: read("/proc/sys/net/core/optmem_max").trim(),
  memlock: /Max locked memory +(\S+)/.exec(read("/proc/self/limits"))?.[1] ?? "unknown",
  congestionControl: read("/proc/sys/net/ipv4/tcp_congestion_control").trim(),
  versions: {
    bun: process.versions.bun ?? "unknown",
    deno: print(deno, "--version").split("\n")[0].replace("deno ", ""),
    node: print("node", "--version"),
  },
  commit: print("git", "rev-parse", "--short", "HEAD"),
})

/**
 * Processor time, in seconds, that programs other than `own` and their children have taken so far.
 * Kernel threads are left out: they work for the benchmark too.
 */
export function foreignSeconds(own: number): number {
  const stats = readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map((pid) => statOf(pid))
    .filter((stat) => stat !== undefined)
  const parents = new Map(stats.map(({ pid, parent }) => [pid, parent]))
  const isOwn = (pid: number): boolean =>
    pid === own || (parents.has(pid) && isOwn(parents.get(pid) ?? 0))
  const kernelThreads = 2
  return stats.filter(({ pid, parent }) =>
    parent !== kernelThreads && pid !== kernelThreads && !isOwn(pid)
  )
    .reduce((sum, { ticks }) => sum + ticks, 0) / ticksPerSecond
}

interface ProcessStat {
  readonly pid: number
  readonly parent: number
  readonly ticks: number
}

/** proc_pid_stat(5): the name in brackets may hold anything, so what follows is found from the end. */
function statOf(pid: string): ProcessStat | undefined {
  const text = read(`/proc/${pid}/stat`)
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ")
  if (fields.length < 13) return undefined
  return {
    pid: Number(pid),
    parent: Number(fields[1]),
    ticks: Number(fields[11]) + Number(fields[12]),
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return ""
  }
}

const print = (name: string, ...args: string[]): string =>
  spawnSync(name, args, { encoding: "utf8" }).stdout?.trim() ?? "unknown"

/** USER_HZ (proc(5)), the same on every machine that this runs on. */
const ticksPerSecond = 100
