import type { Sample } from "./messages.ts"

/**
 * What streams have in use, beyond what there was before the first one: at the most 1.5 MB for each that
 * there is at once, and for two hundred at least; and next to nothing when all have ended. What waits to
 * be collected is the collector's affair: how much that is says nothing of the code.
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

/** The most that streams had in use at once, in bytes. */
export const mostHeap = (samples: readonly Sample[]): number =>
  Math.max(0, ...heapOfStreams(samples))

const heapOfStreams = (samples: readonly Sample[]): number[] =>
  samples.map(({ heap }) => heap - samples[0].heap)

/**
 * What lies beside the heap, and file descriptors, are flat when their median over the last third of the
 * time is at most a tenth, and some, above that of the second third. The first third warms up. What runs
 * for less than three minutes says nothing of it. The heap itself is the larger the slower the network is.
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
/** What was compiled meanwhile, and what a program keeps for the next stream. */
const keptBytes = 32 * MiB
const flat = [
  {
    name: "resident memory beside the heap",
    of: ({ rss, heap }: Sample) => rss - heap,
    // An allocator gives back what it has in its own time.
    tolerance: 64 * MiB,
  },
  { name: "the number of file descriptors", of: ({ fds }: Sample) => fds, tolerance: 16 },
]
const leastSeconds = 180
