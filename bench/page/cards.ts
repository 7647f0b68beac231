import type { Result } from "../report/result.ts"
import { seriesOf } from "../report/results.ts"
import { escaped } from "./text.ts"
import { bytes } from "./units.ts"

/** The few figures that everything else is about, or nothing where they were not measured. */
export function cardsOf(results: readonly Result[]): string {
  const series = seriesOf(results).find((
    { link, mtu, source, chunkBytes, congestionControl, rows },
  ) =>
    link === "lab" && mtu === 1500 && source === "views" && chunkBytes === 65_536 &&
    congestionControl === undefined && rows.some(({ rival }) => rival.startsWith("zerowire-"))
  )
  const cards = runtimes.flatMap(([runtime, name]) => {
    const ratios = series?.rows.find(({ rival }) => rival === `zerowire-${runtime}`)?.ratios
    return [[`own-${runtime}`, `${name}’s own pipeTo`], ["c-zerocopy", "zero-copy in C"]].flatMap(
      ([rival, of]) => {
        const ratio = ratios?.[rival]
        if (ratio === undefined || series === undefined) return []
        const text = `of the processor time of ${of}, in ${name}, with chunks of ${
          bytes(series.chunkBytes)
        }`
        return [
          `<div><dt>${escaped(text)}</dt><dd style="color:var(--${runtime})">${
            ratio.median.toFixed(2)
          }</dd></div>`,
        ]
      },
    )
  })
  return cards.length === 0 ? "" : `<dl class="cards">${cards.join("")}</dl>`
}

const runtimes = [["bun", "Bun"], ["deno", "Deno"]] as const
