import type { TopLevelSpec } from "vega-lite"
import { type Colour, colour } from "./draw.ts"
import type { Width } from "./figure.ts"

/** Bars that are made of parts, one below the other. */
export interface Bars {
  readonly x: string
  readonly bars: readonly { readonly name: string; readonly parts: readonly Part[] }[]
}

interface Part {
  readonly name: string
  readonly colour: Colour
  readonly value: number
}

/** Every bar begins at 0, and its parts are in the order given. */
export function barsSpec({ x, bars }: Bars, width: Width): TopLevelSpec {
  const wide = width === "wide"
  const parts = bars[0].parts
  const values = bars.flatMap(({ name, parts }) =>
    parts.map(({ name: part, value }, order) => ({ bar: name, part, value, order }))
  )
  const totals = bars.map(({ name, parts }) => ({
    bar: name,
    value: parts.reduce((sum, { value }) => sum + value, 0),
  }))
  const y = {
    field: "bar",
    type: "nominal",
    sort: bars.map(({ name }) => name),
    axis: { title: null, domain: false, ticks: false, labelColor: colour("ink"), labelLimit: 0 },
  } as const
  const axis = { title: x, tickCount: wide ? 8 : 4 }
  return {
    width: wide ? 760 : 210,
    height: { step: wide ? 40 : 34 },
    layer: [{
      data: { values },
      mark: { type: "bar", height: { band: 0.7 } },
      encoding: {
        y,
        x: { field: "value", type: "quantitative", axis },
        color: {
          field: "part",
          type: "nominal",
          scale: {
            domain: parts.map(({ name }) => name),
            range: parts.map(({ colour: name }) => colour(name)),
          },
          legend: { orient: "top", columns: wide ? parts.length : 2, direction: "horizontal" },
        },
        order: { field: "order", type: "quantitative" },
      },
    }, {
      data: { values: totals },
      mark: { type: "text", align: "left", dx: 8, fontWeight: "bold" },
      encoding: {
        y,
        x: { field: "value", type: "quantitative" },
        text: { field: "value", type: "quantitative", format: ".2f" },
      },
    }],
  }
}
