import type { Result } from "../../report/result.ts"
import { type Figure, figureOf, type Gap, tableOf } from "../figure.ts"
import { linesSpec } from "../lines.ts"
import { panelsOf } from "../panels.ts"
import { bytes, copied, number } from "../units.ts"

/** How long a message and its answer take. */
export const latency = (results: readonly Result[]): Figure | Gap =>
  figureOf(results, "latency", "How long a message takes", (rows) => {
    const panels = panelsOf(rows.map(({ rival, messageBytes, median, p99 }) => ({
      rival,
      point: { x: messageBytes, median, least: median, most: p99 },
    })))
    const axes = {
      x: { title: "message", text: bytes },
      y: { title: "round trip in microseconds" },
    }
    return {
      finding: "Zero-copy is no way to send small messages sooner, and should not make them later.",
      notes: [
        "A message goes out when the answer to the one before is there. From the median up to 99 %.",
      ],
      draw: (width) => linesSpec({ panels, ...axes }, width),
      table: tableOf(rows, {
        message: ({ messageBytes }) => bytes(messageBytes),
        rival: ({ rival }) => rival,
        "median µs": ({ median }) => number(median),
        "99 % µs": ({ p99 }) => number(p99),
        "CPU µs a message": ({ cpuMicros }) => number(cpuMicros),
        "copied by the kernel": copied,
      }),
      conditions: "one connection",
    }
  })
