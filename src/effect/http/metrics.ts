/**
 * What the servers of a program have answered, as metrics of `effect/Metric`. They are kept in the registry
 * and with the attributes of the fiber that made the server. The first two have the names, units and
 * boundaries of OpenTelemetry's semantic conventions.
 *
 * @module
 */
import * as Metric from "effect/Metric"

/**
 * Seconds from a request's head until the kernel had accepted the response, by `http.request.method`,
 * `http.response.status_code` and, if it was not sent whole, `error.type`.
 */
export const requestDuration: Metric.Histogram<number> = Metric.histogram(
  "http.server.request.duration",
  {
    description: "Seconds from a request's head until the kernel had accepted the response",
    boundaries: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
  },
)

/** Requests that have reached the application, and whose responses are not accepted yet. */
export const activeRequests: Metric.Gauge<number> = Metric.gauge("http.server.active_requests", {
  description: "Requests whose responses are not accepted yet",
})

/**
 * Bytes of responses, heads included, by how they have left, as `path`: `zerocopy`, `moved` by the kernel from
 * files and sockets, `copied` (with the `reason` of most of a response's), or `unverified`, of which the
 * kernel did not report whether it copied them.
 */
export const responseBytes: Metric.Counter<number> = Metric.counter(
  "zerowire.http.response_bytes",
  {
    description: "Bytes of responses, by how they have left",
    incremental: true,
  },
)
