import { costFrom, cpuOf } from "../method/cost.ts"
import type { Reference } from "../peers/compiler.ts"
import { openLink } from "../peers/link.ts"
import { type Spread, spreadOf } from "../method/rows.ts"
import type { Options } from "../options.ts"
import { hasPerf, type Sample, sampled } from "../instruments/perf.ts"
import { startListener } from "../peers/listener.ts"
import type { Rival } from "../rivals.ts"

/**
 * Where processor time goes.
 * - `send`: inside sendmsg and its like, with whatever the kernel does on the way: packets that arrive
 *   meanwhile, and the sending of others that they make possible
 * - `reap`: inside recvmsg and its like, which read the error queue
 * - `wake`: waiting and being woken, by epoll, futex or an eventfd
 * - `memory`: page faults, and the mapping of memory
 * - `javascript`: the main thread outside the kernel
 * - `threads`: other threads outside the kernel: compilers, collectors, those that wait for us
 * - `rest`: anything else in the kernel
 */
export type Part = "send" | "reap" | "wake" | "memory" | "javascript" | "threads" | "rest"

/** Where a GB's processor time goes in one rival. */
export interface BreakdownRow {
  readonly rival: string
  readonly chunkBytes: number
  readonly totalBytes: number
  readonly rounds: number
  /** With perf looking on, which costs up to a sixth. */
  readonly cpuSecondsPerGB: Spread
  /** Of all rounds. The error of a part is about the root of its samples. */
  readonly samples: number
  /** Notification ids of all rounds, and those that the kernel copied. */
  readonly zerocopySends: number
  readonly kernelCopied: number
  /** Seconds for each 10⁹ bytes: the share of the samples, of the median. */
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
  // In turn, so that the machine's mood is the same for all.
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
 * The part that each sample of the last so many seconds belongs to: those that were measured, as a rival
 * ends when it is done. Its end itself is left out.
 */
export function partsOf(samples: readonly Sample[], seconds: number): readonly Part[] {
  const running = samples.flatMap((sample) => {
    const part = partOf(sample)
    return part === undefined ? [] : [{ part, time: sample.time }]
  })
  const end = running.reduce((end, { time }) => Math.max(end, time), 0)
  return running.filter(({ time }) => time >= end - seconds).map(({ part }) => part)
}

/** Nothing for a process that is on its way out. */
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

/** By the entries of the system calls, which have several names, and by the fault's. */
const rules: readonly (readonly [Part, RegExp])[] = [
  ["send", /sys_(send|sendto|sendmsg|sendmmsg)$/],
  ["reap", /sys_(recvmsg|recvmmsg|recvfrom)$/],
  ["wake", /sys_(epoll_\w+|futex|poll|ppoll|select|read|write)$|^ksys_(read|write)$/],
  [
    "memory",
    /exc_page_fault$|^do_page_fault$|sys_(mmap|munmap|mprotect|madvise|brk)$|^vm_mmap_pgoff$/,
  ],
]

/** From what cannot be saved to what can. */
export const partNames = [
  "send",
  "reap",
  "wake",
  "memory",
  "javascript",
  "threads",
  "rest",
] as const
