import type * as Metric from "effect/Metric"
import type { Stack } from "../stack/mod.ts"
import type { Connection, SocketStats } from "../tcp/mod.ts"
import {
  acceptedBytes,
  acceptPauses,
  copiedBytes,
  fileBytes,
  inFlightBytes,
  kernelCopiedBytes,
  openedSockets,
  openSockets,
  pinnedBytes,
  pinnedLimitBytes,
  processQuarantinedBytes,
  quarantinedBytes,
  quarantinedPieces,
  relayedBytes,
  stagedBytes,
  unverifiedBytes,
  wakes,
  zerocopyBytes,
} from "./metrics.ts"

/** A metric, and how to get one socket's part of it. */
export interface Series {
  readonly metric: Metric.Counter<number> | Metric.Gauge<number>
  /** Whether a socket's figure still counts after the socket is closed. */
  readonly lasts: boolean
  readonly of: (connection: Connection) => number
}

const reasons: Readonly<Record<keyof SocketStats["reasons"], true>> = {
  small: true,
  local: true,
  copied: true,
  probing: true,
  nobufs: true,
  unsupported: true,
  disabled: true,
  unowned: true,
  isolate: true,
}

/** Metrics that are sums over sockets. */
export const socketSeries: readonly Series[] = [
  { metric: openedSockets, lasts: true, of: () => 1 },
  { metric: openSockets, lasts: false, of: () => 1 },
  { metric: acceptedBytes, lasts: true, of: ({ queue }) => queue.acceptedBytes },
  {
    metric: zerocopyBytes,
    lasts: true,
    of: ({ queue }) => queue.carrier.counts.zerocopyBytes,
  },
  {
    metric: kernelCopiedBytes,
    lasts: true,
    of: ({ queue }) => queue.carrier.counts.copiedBytes,
  },
  {
    metric: unverifiedBytes,
    lasts: true,
    of: ({ queue }) => queue.carrier.counts.unverifiedBytes,
  },
  { metric: fileBytes, lasts: true, of: ({ queue }) => queue.counters.fileBytes },
  { metric: relayedBytes, lasts: true, of: ({ queue }) => queue.counters.relayedBytes },
  { metric: stagedBytes, lasts: true, of: ({ queue }) => queue.counters.staged },
  ...(Object.keys(reasons) as (keyof typeof reasons)[]).map((reason): Series => ({
    metric: copiedBytes(reason),
    lasts: true,
    of: ({ queue }) => queue.counters[reason],
  })),
  {
    metric: inFlightBytes,
    lasts: false,
    of: ({ queue, state }) => state === "closed" ? 0 : queue.inFlight.bytes,
  },
  {
    metric: quarantinedBytes,
    lasts: true,
    of: ({ queue, state }) => state === "closed" ? queue.inFlight.bytes : 0,
  },
  {
    metric: quarantinedPieces,
    lasts: true,
    of: ({ queue, state }) => state === "closed" ? queue.held : 0,
  },
]

/** Metrics that are sums over stacks. A process has one stack. */
export const stackSeries: readonly {
  readonly metric: Metric.Counter<number> | Metric.Gauge<number>
  readonly of: (stack: Stack) => number
}[] = [
  { metric: wakes, of: ({ reactor }) => reactor.wakes },
  { metric: pinnedBytes, of: ({ budget }) => budget.used },
  { metric: pinnedLimitBytes, of: ({ budget }) => budget.limit },
  { metric: processQuarantinedBytes, of: ({ quarantinedBytes }) => quarantinedBytes },
  { metric: acceptPauses, of: ({ acceptPauses }) => acceptPauses },
]
