import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { TemporaryFolder } from "../../tools/temporary_folder.ts"

/** Where a process was when perf looked. */
export interface Sample {
  readonly pid: number
  readonly tid: number
  /** In seconds, of perf's own clock. */
  readonly time: number
  /** Functions of the kernel that it was in, the innermost first. None when it was not in the kernel. */
  readonly kernel: readonly string[]
}

export const hasPerf = (): boolean =>
  spawnSync("perf", ["--version"], { stdio: "ignore" }).status === 0

/**
 * Runs a command by `run` under `perf record`, which looks at all its threads 999 times for each second
 * that they run.
 */
export function sampled(
  command: readonly string[],
  run: (command: readonly string[]) => string,
): { readonly printed: string; readonly samples: readonly Sample[] } {
  using folder = new TemporaryFolder("zerowire-perf-")
  const file = join(folder.path, "samples")
  // By the clock, not by the processor's counters, which virtual machines seldom have.
  const record = ["perf", "record", "-q", "-e", "cpu-clock", "-F", "999", "-g", "-o", file]
  const printed = run([...record, "--", ...command])
  return { printed, samples: parseSamples(script(file)) }
}

/** Reads what `perf script` prints: a line of its own for each sample, and one for each function. */
export function parseSamples(text: string): readonly Sample[] {
  return text.split("\n\n").flatMap((block): Sample[] => {
    const [head, ...frames] = block.trim().split("\n")
    const [, pid, tid, time] = / (\d+)\/(\d+) +([\d.]+):/.exec(head) ?? []
    if (pid === undefined) return []
    const kernel = frames.flatMap((line) => /^\s*ffff[\da-f]{12} (\S+)/.exec(line)?.[1] ?? [])
    return [{ pid: Number(pid), tid: Number(tid), time: Number(time), kernel }]
  })
}

function script(file: string): string {
  const fields = "comm,pid,tid,time,ip,sym"
  const args = ["script", "-i", file, "-F", fields]
  const { status, stdout, stderr } = spawnSync("perf", args, {
    encoding: "utf8",
    maxBuffer: Infinity,
  })
  if (status === 0) return stdout
  throw new Error(`Cannot read what perf recorded: ${stderr}`)
}
