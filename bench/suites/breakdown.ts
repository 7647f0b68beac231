import { costFrom, cpuOf } from "../method/cost.ts"
import type { Reference } from "../peers/compiler.ts"
import { openLink } from "../peers/link.ts"
import { type Spread, spreadOf } from "../method/rows.ts"
import type { Options } from "../options.ts"
import { hasPerf, type Sample, sampled } from "../instruments/perf.ts"
import { startListener } from "../peers/listener.ts"
import type { Rival } from "../rivals.ts"

/**
 * The parts of CPU time.
 * - `send`: inside sendmsg and similar calls, including packets that arrive or leave meanwhile
 * - `reap`: inside recvmsg and similar calls, which read the error queue
 * - `wake`: waiting and being woken, by epoll, futex or an eventfd
 * - `memory`: page faults, and the mapping of memory
 * - `javascript`: the main thread outside the kernel
 * - `threads`: other threads outside the kernel: compilers, collectors, threads that wait
 * - `rest`: anything else in the kernel
 */
export type Part = "send" | "reap" | "wake" | "memory" | "javascript" | "threads" | "rest"

/** How one rival spends the CPU time of a GB. */
export interface BreakdownRow {
  readonly rival: string
  readonly chunkBytes: number
  readonly totalBytes: number
  readonly rounds: number
  /** Measured under perf, which adds up to a sixth. */
  readonly cpuSecondsPerGB: Spread
  /** Samples of all rounds. The error of a part is about the square root of its samples. */
  readonly samples: number
  /** Notification ids of all rounds, and those that the kernel copied. */
  readonly zerocopySends: number
  readonly kernelCopied: number
  /** Seconds per 10⁹ bytes: each part's share of the samples, applied to the median. */
  readonly parts: Readonly<Record<Part, number>>
}

/** Measures all rivals with one size of chunk; `say` gets each line. */
export async function measureBreakdown(
  { link: name, mtu, congestionControl, source, totalBytes, warmBytes, rounds, rivals }: Options,
  chunkBytes: number,
  reference: Reference,
  say: (text: string) => void,
): Promise<readonly BreakdownRow[]> {
  if (!hasPerf()) {
    say("Where the time goes is seen where perf is installed")
    return []
  }
  using link = openLink(name, { mtu, congestionControl })
  const { port } = await startListener(link, "receiver", [], reference.programs)
  const { programs } = reference
  const job = { address: link.address, port, chunkBytes, totalBytes, warmBytes, source }
  say(`\n${name}, ${source}, chunks of ${chunkBytes} bytes: CPU milliseconds for each 10⁹ bytes`)
  const able = rivals.filter(({ sends, inC }) =>
    sends !== false && (!inC || programs !== undefined)
  )
  const measure = (rival: Rival) => {
    const command = rival.command(job, programs)
    const { printed, samples } = sampled(command, (command) => link.send(command))
    const cost = costFrom(printed, 0)
    const { kernelCopied, zerocopySends } = cost
    const cpu = cpuOf(cost) / (totalBytes / 1e9)
    return { cpu, parts: partsOf(samples, cost.seconds), kernelCopied, zerocopySends }
  }
  // In turn, so that the machine behaves the same for all.
  const taken = Array.from({ length: rounds }, () => able.map(measure))
  return able.map((rival, i) => {
    const runs = taken.map((round) => round[i])
    const parts = runs.flatMap(({ parts }) => parts)
    const cpuSecondsPerGB = spreadOf(runs.map(({ cpu }) => cpu))
    const secondsOf = (part: Part) =>
      cpuSecondsPerGB.median * parts.filter((one) => one === part).length / parts.length
    const named = partNames.map((part) => [part, secondsOf(part)] as const)
    const row: BreakdownRow = {
      ...{ rival: rival.name, chunkBytes, totalBytes, rounds, cpuSecondsPerGB },
      samples: parts.length,
      zerocopySends: runs.reduce((sum, run) => sum + run.zerocopySends, 0),
      kernelCopied: runs.reduce((sum, run) => sum + run.kernelCopied, 0),
      parts: Object.fromEntries(named) as BreakdownRow["parts"],
    }
    say(formatBreakdown(row))
    return row
  })
}

/**
 * The part that each sample of the last `seconds` belongs to. Those seconds were the measured ones, because
 * a rival ends when it is done. Samples of the ending itself are left out.
 */
export function partsOf(samples: readonly Sample[], seconds: number): readonly Part[] {
  const running = samples.flatMap((sample) => {
    const part = partOf(sample)
    return part === undefined ? [] : [{ part, time: sample.time }]
  })
  const end = running.reduce((end, { time }) => Math.max(end, time), 0)
  return running.filter(({ time }) => time >= end - seconds).map(({ part }) => part)
}

/** Undefined for a process that is exiting. */
function partOf({ pid, tid, kernel }: Sample): Part | undefined {
  if (kernel.length === 0) return tid === pid ? "javascript" : "threads"
  if (kernel.every((name) => name === "[unknown]")) {
    throw new Error("perf shows no names of the kernel's functions: see kernel.kptr_restrict")
  }
  if (kernel.some((name) => /^(do_exit|do_group_exit|\w*sys_exit_group)$/.test(name))) {
    return undefined
  }
  const [part] = rules.find(([, pattern]) => kernel.some((name) => pattern.test(name))) ?? []
  return part ?? "rest"
}

/** One rival in one line. */
function formatBreakdown(
  { rival, cpuSecondsPerGB, parts, samples, zerocopySends, kernelCopied }: BreakdownRow,
): string {
  const cells = partNames.map((part) => `${part} ${(parts[part] * 1000).toFixed(0)}`)
  const sum = (cpuSecondsPerGB.median * 1000).toFixed(0)
  return `${rival.padEnd(14)}  ${sum.padStart(5)}  ${cells.join(", ")} ` +
    `(${samples} samples; ${kernelCopied} of ${zerocopySends} ids copied)`
}

/** Recognised by the entry functions of system calls, which have several names, and of page faults. */
const rules: readonly (readonly [Part, RegExp])[] = [
  ["send", /sys_(send|sendto|sendmsg|sendmmsg)$/],
  ["reap", /sys_(recvmsg|recvmmsg|recvfrom)$/],
  ["wake", /sys_(epoll_\w+|futex|poll|ppoll|select|read|write)$|^ksys_(read|write)$/],
  [
    "memory",
    /exc_page_fault$|^do_page_fault$|sys_(mmap|munmap|mprotect|madvise|brk)$|^vm_mmap_pgoff$/,
  ],
]

/** Ordered from unavoidable to avoidable. */
export const partNames = [
  "send",
  "reap",
  "wake",
  "memory",
  "javascript",
  "threads",
  "rest",
] as const
