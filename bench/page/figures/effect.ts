import type { Result } from "../../report/result.ts"
import { type Figure, figureOf, type Gap, tableOf } from "../figure.ts"
import { linesSpec } from "../lines.ts"
import { panelsOf } from "../panels.ts"
import { bytes, copied, number, spread } from "../units.ts"

/** What Effect's `Sink` adds to `pipeTo`. */
export const effect = (results: readonly Result[]): Figure | Gap =>
  figureOf(results, "effect", "What Effect costs", (rows) => {
    const panels = panelsOf(rows.map(({ runtime, chunkBytes, ratio }) => ({
      rival: `effect-${runtime}`,
      point: { x: chunkBytes, ...ratio },
    })))
    const axes = { x: { title: "chunk", text: bytes }, y: { title: "Sink over pipeTo" } }
    const [most] = rows.toSorted((a, b) => b.ratio.median - a.ratio.median)
    return {
      finding: `At most ${number(most.ratio.median)} times as much as pipeTo, with chunks of ` +
        `${bytes(most.chunkBytes)} in ${most.runtime}.`,
      notes: [
        "Processor time of the Sink over that of pipeTo, round by round; at 1 they cost the same.",
      ],
      draw: (width) => linesSpec({ panels, ...axes }, width),
      table: tableOf(rows, {
        chunk: ({ chunkBytes }) => bytes(chunkBytes),
        runtime: ({ runtime }) => runtime,
        "pipeTo s/GB": ({ cpuStream }) => number(cpuStream),
        "Sink s/GB": ({ cpuEffect }) => number(cpuEffect),
        "ratio (least–most)": ({ ratio }) => spread(ratio),
        "copied by the kernel": copied,
      }),
      conditions: "over one connection",
    }
  })
