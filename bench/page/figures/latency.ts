import type { Result } from "../../report/result.ts"
import type { Figure, Gap } from "../figure.ts"
import { linesSpec } from "../lines.ts"
import { panelsOf } from "../panels.ts"
import { bytes, copied, number } from "../units.ts"

/** How long a message and its answer take. */
export function latency(results: readonly Result[]): Figure | Gap {
  const from = results.findLast(({ latency }) => latency !== undefined && latency.length > 0)
  const rows = from?.latency
  if (from === undefined || rows === undefined) {
    return { title, command: "npm run bench -- latency" }
  }
  const panels = panelsOf(
    rows.map(({ rival, messageBytes, median, p99 }) => ({
      rival,
      point: { x: messageBytes, median, least: median, most: p99 },
    })),
  )
  return {
    ...{ id: "latency", title },
    finding: "Zero-copy is no way to send small messages sooner, and should not make them later.",
    notes: [
      "A message goes out when the answer to the one before is there. From the median up to 99 %.",
    ],
    draw: (width) =>
      linesSpec({
        panels,
        x: { title: "message", text: bytes },
        y: { title: "round trip in microseconds" },
      }, width),
    table: {
      head: [
        "message",
        "rival",
        "median µs",
        "99 % µs",
        "CPU µs a message",
        "copied by the kernel",
      ],
      rows: rows.map((row) => [
        ...[bytes(row.messageBytes), row.rival, number(row.median), number(row.p99)],
        ...[number(row.cpuMicros), copied(row)],
      ]),
    },
    from: [from],
    conditions: "one connection",
  }
}

const title = "How long a message takes"
