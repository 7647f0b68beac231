import type { Result } from "../../report/result.ts"
import type { Figure, Gap } from "../figure.ts"
import { linesSpec } from "../lines.ts"
import { panelsOf } from "../panels.ts"
import { bytes, copied, number, spread } from "../units.ts"

/** What Effect's `Sink` adds to `pipeTo`. */
export function effect(results: readonly Result[]): Figure | Gap {
  const from = results.findLast(({ effect }) => effect !== undefined && effect.length > 0)
  const rows = from?.effect
  if (from === undefined || rows === undefined) return { title, command: "npm run bench -- effect" }
  const panels = panelsOf(
    rows.map(({ runtime, chunkBytes, ratio }) => ({
      rival: `effect-${runtime}`,
      point: { x: chunkBytes, ...ratio },
    })),
  )
  const [most] = rows.toSorted((a, b) => b.ratio.median - a.ratio.median)
  return {
    ...{ id: "effect", title },
    finding: `At most ${number(most.ratio.median)} times as much as pipeTo, with chunks of ` +
      `${bytes(most.chunkBytes)} in ${most.runtime}.`,
    notes: [
      "Processor time of the Sink over that of pipeTo, round by round; at 1 they cost the same.",
    ],
    draw: (width) =>
      linesSpec(
        { panels, x: { title: "chunk", text: bytes }, y: { title: "Sink over pipeTo" } },
        width,
      ),
    table: {
      head: [
        "chunk",
        "runtime",
        "pipeTo s/GB",
        "Sink s/GB",
        "ratio (least–most)",
        "copied by the kernel",
      ],
      rows: rows.map((row) => [
        ...[bytes(row.chunkBytes), row.runtime, number(row.cpuStream), number(row.cpuEffect)],
        ...[spread(row.ratio), copied(row)],
      ]),
    },
    from: [from],
    conditions: "over one connection",
  }
}

const title = "What Effect costs"
