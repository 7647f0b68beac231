/**
 * What the sockets of a program have sent, and how, as metrics of `effect/Metric`. Read them with
 * `Metric.value`, `PrometheusMetrics` or `Otlp`.
 *
 * Most count sockets that were opened with `zerowire/effect`, in the registry and with the attributes
 * (`Metric.CurrentMetricAttributes`) of the fiber that opened them. `wakes`, `pinnedBytes`,
 * `pinnedLimitBytes`, `processQuarantinedBytes` and `acceptPauses` count all sockets of the process, also
 * those of HTTP servers and of `zerowire` itself, from the moment at which `zerowire/effect` opens a socket,
 * listens or serves. At every moment
 *
 *     accepted = zerocopy + kernel copied + unverified + copied for each reason
 *              + in flight + quarantined
 *
 * @module
 */
import * as Metric from "effect/Metric"
import type { SocketStats } from "../tcp/mod.ts"

/** Sockets that were opened: connected, accepted or taken over. */
export const openedSockets: Metric.Counter<number> = counter(
  "opened_sockets",
  "Sockets that were opened: connected, accepted or taken over",
)

/** Sockets that are open. */
export const openSockets: Metric.Gauge<number> = gauge("open_sockets", "Sockets that are open")

/** Bytes that the kernel accepted: the sum of what follows, copies of every reason included. */
export const acceptedBytes: Metric.Counter<number> = counter(
  "accepted_bytes",
  "Bytes that the kernel accepted",
)

/** Bytes that are known to have left without a copy. */
export const zerocopyBytes: Metric.Counter<number> = counter(
  "zerocopy_bytes",
  "Bytes that are known to have left without a copy",
)

/** Bytes that were sent with MSG_ZEROCOPY, and that the kernel copied after all. */
export const kernelCopiedBytes: Metric.Counter<number> = counter(
  "kernel_copied_bytes",
  "Bytes that were sent with MSG_ZEROCOPY, and that the kernel copied after all",
)

/** Bytes that were sent with MSG_ZEROCOPY, for which the kernel did not report whether it copied them. */
export const unverifiedBytes: Metric.Counter<number> = counter(
  "unverified_bytes",
  "Bytes that were sent with MSG_ZEROCOPY, for which the kernel did not report whether it copied them",
)

/** Bytes that the kernel took from files. */
export const fileBytes: Metric.Counter<number> = counter(
  "file_bytes",
  "Bytes that the kernel took from files",
)

/** Bytes that the kernel moved from one socket to another. */
export const relayedBytes: Metric.Counter<number> = counter(
  "relayed_bytes",
  "Bytes that the kernel moved from one socket to another",
)

/** Bytes that Zerowire copied to slots before it sent them. The other counters have them, too. */
export const stagedBytes: Metric.Counter<number> = counter(
  "staged_bytes",
  "Bytes that were copied to slots before they were sent",
)

/** Bytes in flight: sent with MSG_ZEROCOPY, and the kernel may still read them. */
export const inFlightBytes: Metric.Gauge<number> = gauge(
  "in_flight_bytes",
  "Bytes that were sent with MSG_ZEROCOPY, and that the kernel may still read",
)

/** Bytes of closed sockets without proof that the kernel has let go. */
export const quarantinedBytes: Metric.Counter<number> = counter(
  "quarantined_bytes",
  "Bytes in flight of closed sockets, without proof that the kernel has let go",
)

/** Pieces of memory that are never used again, because there is no such proof. */
export const quarantinedPieces: Metric.Counter<number> = counter(
  "quarantined_pieces",
  "Pieces of memory that are never used again, because the kernel may still read them",
)

/** How often a thread woke JavaScript because something became ready. */
export const wakes: Metric.Counter<number> = counter(
  "wakes",
  "How often a thread woke JavaScript because something became ready",
)

/** Bytes that all sockets of the process have pinned: the kernel may still read them. */
export const pinnedBytes: Metric.Gauge<number> = gauge(
  "pinned_bytes",
  "Bytes that all sockets of the process have pinned",
)

/** Bytes that all sockets of the process may pin together; beyond it they copy, or wait. */
export const pinnedLimitBytes: Metric.Gauge<number> = gauge(
  "pinned_limit_bytes",
  "Bytes that all sockets of the process may pin together",
)

/** `quarantinedBytes` of all sockets of the process. */
export const processQuarantinedBytes: Metric.Counter<number> = counter(
  "process_quarantined_bytes",
  "Bytes in flight of all closed sockets of the process, without proof that the kernel has let go",
)

/**
 * Pauses of listeners because there was no room for another socket (EMFILE, ENFILE, ENOBUFS, ENOMEM), or
 * because a connection was gone before it was accepted. Connections wait in the backlog meanwhile.
 */
export const acceptPauses: Metric.Counter<number> = counter(
  "accept_pauses",
  "Pauses of listeners that could not accept a connection, for example because of EMFILE",
)

/** Bytes that Zerowire chose to copy, for one of the reasons in `stats`. */
export const copiedBytes = (reason: keyof SocketStats["reasons"]): Metric.Counter<number> =>
  Metric.counter("zerowire_copied_bytes", {
    description: "Bytes that Zerowire chose to copy, by reason",
    attributes: { reason },
    incremental: true,
  })

function counter(name: string, description: string): Metric.Counter<number> {
  return Metric.counter(`zerowire_${name}`, { description, incremental: true })
}

function gauge(name: string, description: string): Metric.Gauge<number> {
  return Metric.gauge(`zerowire_${name}`, { description })
}
