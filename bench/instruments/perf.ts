import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { TemporaryFolder } from "../../tools/temporary_folder.ts"

/** Where a process was when perf took a sample. */
export interface Sample {
  readonly pid: number
  readonly tid: number
  /** Seconds, by perf's own clock. */
  readonly time: number
  /** The kernel functions that it was in, innermost first; empty outside the kernel. */
  readonly kernel: readonly string[]
}

export const hasPerf = (): boolean =>
  spawnSync("perf", ["--version"], { stdio: "ignore" }).status === 0

/** Has `run` start a command under `perf record`, which samples each thread 999 times per second of CPU time. */
export function sampled(
  command: readonly string[],
  run: (command: readonly string[]) => string,
): { readonly printed: string; readonly samples: readonly Sample[] } {
  using folder = new TemporaryFolder("zerowire-perf-")
  const file = join(folder.path, "samples")
  // Sampling by the clock: virtual machines seldom have the processor's counters.
  const record = ["perf", "record", "-q", "-e", "cpu-clock", "-F", "999", "-g", "-o", file]
  const printed = run([...record, "--", ...command])
  return { printed, samples: parseSamples(script(file)) }
}

/** Reads the output of `perf script`: a line for each sample, followed by one for each function. */
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
