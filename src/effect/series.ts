import type * as Metric from "effect/Metric"
import type { Engine } from "../stack/mod.ts"
import type { Connection, SocketStats } from "../tcp/mod.ts"
import {
  acceptedBytes,
  copiedBytes,
  fileBytes,
  inFlightBytes,
  kernelCopiedBytes,
  openedSockets,
  openSockets,
  quarantinedBytes,
  quarantinedPieces,
  unverifiedBytes,
  wakes,
  zerocopyBytes,
} from "./metrics.ts"

/** A metric, and the figure of one socket that it is the sum of. */
export interface Series {
  readonly metric: Metric.Counter<number> | Metric.Gauge<number>
  /** Whether the figure of a socket still counts when that socket is closed. */
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

/** What is summed up over sockets. */
export const socketSeries: readonly Series[] = [
  { metric: openedSockets, lasts: true, of: () => 1 },
  { metric: openSockets, lasts: false, of: () => 1 },
  { metric: acceptedBytes, lasts: true, of: ({ outgoing }) => outgoing.acceptedBytes },
  {
    metric: zerocopyBytes,
    lasts: true,
    of: ({ outgoing }) => outgoing.carrier.counts.zerocopyBytes,
  },
  {
    metric: kernelCopiedBytes,
    lasts: true,
    of: ({ outgoing }) => outgoing.carrier.counts.copiedBytes,
  },
  {
    metric: unverifiedBytes,
    lasts: true,
    of: ({ outgoing }) => outgoing.carrier.counts.unverifiedBytes,
  },
  { metric: fileBytes, lasts: true, of: ({ outgoing }) => outgoing.counters.fileBytes },
  ...(Object.keys(reasons) as (keyof typeof reasons)[]).map((reason): Series => ({
    metric: copiedBytes(reason),
    lasts: true,
    of: ({ outgoing }) => outgoing.counters.copied[reason],
  })),
  {
    metric: inFlightBytes,
    lasts: false,
    of: ({ outgoing, state }) => state === "closed" ? 0 : outgoing.inFlight.bytes,
  },
  {
    metric: quarantinedBytes,
    lasts: true,
    of: ({ outgoing, state }) => state === "closed" ? outgoing.inFlight.bytes : 0,
  },
  {
    metric: quarantinedPieces,
    lasts: true,
    of: ({ outgoing, state }) => state === "closed" ? outgoing.held : 0,
  },
]

/** What is summed up over engines, of which a process has one. */
export const engineSeries: readonly {
  readonly metric: Metric.Counter<number>
  readonly of: (engine: Engine) => number
}[] = [
  { metric: wakes, of: ({ reactor }) => reactor.wakes },
]
