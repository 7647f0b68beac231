import type { Asked, End, Received, Sample, Sent } from "./messages.ts"
import { complaintsOfGrowth, complaintsOfHeap } from "./memory_verdict.ts"
import { expected, type Plan } from "./plan.ts"

/** What there is to judge. */
export interface Evidence {
  readonly sent: readonly Sent[]
  readonly received: ReadonlyMap<number, Received>
  readonly samples: readonly Sample[]
  /** At once. */
  readonly streams: number
  readonly asked: Asked | undefined
}

/** Everything that is wrong with a soak, a line each. */
export function complaintsOf({ sent, received, samples, streams, asked }: Evidence): string[] {
  return [
    ...asked?.complaints ?? ["those who ask have not said what they have seen"],
    ...sent.flatMap((one) => complaintsOfStream(one, received.get(one.plan.id))),
    ...complaintsOfEnd(samples[0], samples.at(-1)),
    ...complaintsOfHeap(samples, streams),
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
    else if (!hasArrived(received, plan)) found.push(`its peer got ${partOf(received, plan)}`)
    // What its runtime has not read has no hash.
    else if (received.bytes === plan.totalBytes && received.sha256 !== sha256) {
      found.push("its peer has another hash")
    }
  }
  return found.map((what) => `stream ${plan.id}: ${what}; ${JSON.stringify(plan)}`)
}

/**
 * Whether all of it and the FIN have come: to the peer, or at the end of the soak to its kernel, where
 * the peer's runtime has not read it. Success says no more than that.
 */
function hasArrived({ bytes, end }: Received, { totalBytes }: Plan): boolean {
  if (end.how === "fin") return bytes === totalBytes
  if (end.how !== "open" || end.kernel === undefined) return false
  return end.kernel.fin && bytes + end.kernel.unreadBytes === totalBytes
}

/** What came instead, and how it ended. */
function partOf({ bytes, end }: Received, { totalBytes }: Plan): string {
  const part = `${bytes} of ${totalBytes} bytes`
  switch (end.how) {
    case "fin":
      return `${part} and a FIN`
    case "left":
      return `${part} before it left`
    case "reset":
      return `${part}, then a reset (${end.code}) and no FIN`
    case "closed":
      return `${part}, and its runtime closed without a FIN`
    case "open":
      return `${part} and no FIN; ${kernelOf(end)}`
  }
}

function kernelOf({ kernel }: Extract<End, { how: "open" }>): string {
  if (kernel === undefined) return "its kernel knows nothing of the connection"
  return `its kernel has ${kernel.unreadBytes} bytes more and ${kernel.fin ? "the" : "no"} FIN`
}

/** At the end nothing is left of what there was not at the beginning, but what helper threads have open. */
export function complaintsOfEnd(first: Sample | undefined, last: Sample | undefined): string[] {
  if (first === undefined || last === undefined) return ["there is no sample"]
  const names = [
    ...["held", "pinnedBytes", "leased", "quarantined", "registered", "couriers"] as const,
  ]
  const left = names.flatMap((name) =>
    last[name] === 0 ? [] : [`at the end ${name} is ${last[name]}`]
  )
  if (last.fds <= first.fds + helperFds) return left
  return [
    ...left,
    `at the end ${last.fds} file descriptors are open, ${first.fds} at the beginning`,
  ]
}

const helperFds = 16
