import type { Received, Sample, Sent } from "./messages.ts"
import { expected } from "./plan.ts"

/** Everything that is wrong with a soak, a line each. */
export function complaintsOf(
  sent: readonly Sent[],
  received: ReadonlyMap<number, Received>,
  samples: readonly Sample[],
): string[] {
  return [
    ...sent.flatMap((one) => complaintsOfStream(one, received.get(one.plan.id))),
    ...complaintsOfEnd(samples[0], samples.at(-1)),
    ...complaintsOfGrowth(samples),
  ]
}

/** What is wrong with one stream: what its sender says of it against what its peer got. */
export function complaintsOfStream(sent: Sent, received: Received | undefined): string[] {
  const { plan, outcome, failure, sha256, held, complaint } = sent
  const found: string[] = []
  if (held > 0) found.push(`${held} pieces are held after its end`)
  if (complaint !== undefined) found.push(complaint)
  if (outcome !== expected(plan)) {
    const how = failure ?? `${sent.copiedBytes ?? 0} bytes of it by copy`
    found.push(`it should have been ${expected(plan)}, and was ${outcome}: ${how}`)
  }
  if (received !== undefined && received.wrongAt >= 0) {
    found.push(`its peer got a wrong byte at ${received.wrongAt}`)
  }
  if (outcome !== "failed") {
    if (received === undefined) found.push("its peer has not heard of it")
    else if (!received.fin || received.bytes !== plan.totalBytes) {
      found.push(`its peer got ${received.bytes} bytes ${received.fin ? "and" : "without"} a FIN`)
    } else if (received.sha256 !== sha256) found.push("its peer has another hash")
  }
  return found.map((what) => `stream ${plan.id}: ${what}; ${JSON.stringify(plan)}`)
}

/** At the end nothing is left of what there was not at the beginning, but what helper threads have open. */
function complaintsOfEnd(first: Sample | undefined, last: Sample | undefined): string[] {
  if (first === undefined || last === undefined) return ["there is no sample"]
  const names = [
    ...["held", "pinnedBytes", "leased", "quarantined", "registered", "couriers"] as const,
  ]
  const left = names.flatMap((name) =>
    last[name] === 0 ? [] : [`at the end ${name} is ${last[name]}`]
  )
  if (last.fds <= first.fds + some.fds) return left
  return [
    ...left,
    `at the end ${last.fds} file descriptors are open, ${first.fds} at the beginning`,
  ]
}

/**
 * Memory and file descriptors are flat when their median over the last third of the time is at most a
 * tenth, and some, above that of the second third. The first third warms up. What runs for less than
 * three minutes says nothing of it.
 */
export function complaintsOfGrowth(samples: readonly Sample[]): string[] {
  const running = samples.filter(({ streams }) => streams > 0)
  const third = Math.floor(running.length / 3)
  if ((running.at(-1)?.seconds ?? 0) < leastSeconds || third < 3) return []
  const middle = running.slice(third, 2 * third)
  const last = running.slice(2 * third)
  return (["rss", "heap", "fds"] as const).flatMap((name) => {
    const before = median(middle.map((sample) => sample[name]))
    const after = median(last.map((sample) => sample[name]))
    if (after <= before * 1.1 + some[name]) return []
    return [`${name} grows: its median went from ${before} to ${after}`]
  })
}

/** The middle one. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

/** Bytes, and file descriptors. */
const some = { rss: 16 * 1024 * 1024, heap: 8 * 1024 * 1024, fds: 16 }
const leastSeconds = 180
