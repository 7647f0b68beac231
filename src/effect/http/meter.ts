import type * as Context from "effect/Context"
import * as Metric from "effect/Metric"
import type { Completed } from "../../http/mod.ts"
import { activeRequests, requestDuration, responseBytes } from "./metrics.ts"

/** Counts the requests of one server. */
export interface HttpMeter {
  began(): void
  completed(completed: Completed): void
}

/** Counts in the registry of `context`. */
export function meter(context: Context.Context<never>): HttpMeter {
  const series = new Map<string, Metric.Metric<number, unknown>>()
  /** A metric with these attributes. Making one costs more than counting. */
  function of<State>(
    metric: Metric.Metric<number, State>,
    attributes: Record<string, string>,
  ): Metric.Metric<number, unknown> {
    const key = `${metric.id} ${Object.values(attributes).join(" ")}`
    const known = series.get(key)
    if (known !== undefined) return known
    const made = Metric.withAttributes(metric, attributes)
    series.set(key, made)
    return made
  }
  return {
    began: () => activeRequests.modifyUnsafe(1, context),
    completed({ method, status, outcome, ms, ...sent }) {
      activeRequests.modifyUnsafe(-1, context)
      const whole = outcome === "sent" || outcome === "upgraded"
      const attributes = {
        "http.request.method": method,
        "http.response.status_code": String(status),
        ...(!whole && { "error.type": outcome }),
      }
      of(requestDuration, attributes).updateUnsafe(ms / 1000, context)
      for (const { path, reason, bytes } of waysOf(sent)) {
        const way = { path, ...(reason !== undefined && { reason }) }
        if (bytes > 0) of(responseBytes, way).updateUnsafe(bytes, context)
      }
    },
  }
}

/** The bytes of a response, by how they have left. */
const waysOf = (
  { bytes, zerocopyBytes, movedBytes, copiedBytes, reason }: Pick<
    Completed,
    "bytes" | "zerocopyBytes" | "movedBytes" | "copiedBytes" | "reason"
  >,
): readonly {
  readonly path: string
  readonly reason?: string | undefined
  readonly bytes: number
}[] => [
  { path: "zerocopy", bytes: zerocopyBytes },
  { path: "moved", bytes: movedBytes },
  { path: "copied", reason, bytes: copiedBytes },
  { path: "unverified", bytes: bytes - zerocopyBytes - movedBytes - copiedBytes },
]
