import type { Sample } from "./messages.ts"

/**
 * Memory that streams use, beyond what there was before the first one: at most 1.5 MB per simultaneous
 * stream, counting at least two hundred, and almost nothing when all have ended. Garbage is ignored: its
 * amount says nothing about the code.
 */
export function complaintsOfHeap(samples: readonly Sample[], streams: number): string[] {
  const found: string[] = []
  const limit = Math.max(streams, leastStreams) * streamBytes
  const most = mostHeap(samples)
  if (most > limit) {
    found.push(`${streams} streams had ${inMB(most)} of heap in use, and may have ${inMB(limit)}`)
  }
  const left = heapOfStreams(samples).at(-1) ?? 0
  if (left > keptBytes) found.push(`at the end ${inMB(left)} more of heap are in use than at first`)
  return found
}

/** The peak memory in use by streams, in bytes. */
export const mostHeap = (samples: readonly Sample[]): number =>
  Math.max(0, ...heapOfStreams(samples))

const heapOfStreams = (samples: readonly Sample[]): number[] =>
  samples.map(({ heap }) => heap - samples[0].heap)

/**
 * Memory outside the heap, and file descriptors, are flat if their median in the last third of the time
 * is at most a tenth, plus a constant, above that of the second third. The first third is for warming up.
 * Runs of less than three minutes prove nothing. The heap itself depends on the speed of the network.
 */
export function complaintsOfGrowth(samples: readonly Sample[]): string[] {
  const running = samples.filter(({ streams }) => streams > 0)
  const third = Math.floor(running.length / 3)
  if ((running.at(-1)?.seconds ?? 0) < leastSeconds || third < 3) return []
  const middle = running.slice(third, 2 * third)
  const last = running.slice(2 * third)
  return flat.flatMap(({ name, of, tolerance }) => {
    const before = median(middle.map(of))
    const after = median(last.map(of))
    if (after <= before * 1.1 + tolerance) return []
    return [`${name} grows: its median went from ${before} to ${after}`]
  })
}

/** The middle one. */
function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

const inMB = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`

const MiB = 1024 * 1024
const streamBytes = 1.5e6
const leastStreams = 200
/** Compiled code, and what a program keeps for the next stream. */
const keptBytes = 32 * MiB
const flat = [
  {
    name: "resident memory beside the heap",
    of: ({ rss, heap }: Sample) => rss - heap,
    // An allocator returns memory to the system in its own time.
    tolerance: 64 * MiB,
  },
  { name: "the number of file descriptors", of: ({ fds }: Sample) => fds, tolerance: 16 },
]
const leastSeconds = 180
