import type { TopLevelSpec } from "vega-lite"
import type { Spread } from "../method/rows.ts"
import { colour, emWidth, fontSize } from "./draw.ts"
import type { Width } from "./figure.ts"
import { styleOf } from "./rival_style.ts"
import { decimalScale, measuredScale, pixel, type Scale, spaced } from "./scales.ts"

/** A plot of lines, in one panel or in several with the same axes. */
interface Lines {
  readonly panels: readonly Panel[]
  readonly x: { readonly title: string; readonly text: (value: number) => string }
  readonly y: { readonly title: string }
}

export interface Panel {
  readonly title: string
  readonly lines: readonly Line[]
  /** Upright lines, to say what lies where. */
  readonly marks?: readonly Mark[]
}

export interface Mark {
  readonly x: number
  readonly text: string
}

interface Line {
  readonly rival: string
  /** Instead of the rival's own. */
  readonly label?: string
  /** From left to right. */
  readonly points: readonly Point[]
}

/** At `x`, the median of the rounds between the least and the most. */
export interface Point extends Spread {
  readonly x: number
}

/** Both axes are logarithmic, so that twice as much is the same distance everywhere. */
export function linesSpec(plot: Lines, width: Width): TopLevelSpec {
  const wide = width === "wide"
  const panels = plot.panels.filter(({ lines }) => lines.length > 0)
  const columns = wide ? panels.length : 1
  const names = panels.flatMap(({ lines }) => lines.map(labelOf))
  const labelRoom = labelGap + Math.max(...names.map(({ length }) => length)) * fontSize * emWidth
  const room = (wide ? 940 : 356) / columns - labelRoom - axisRoom
  const points = panels.flatMap(({ lines }) => lines.flatMap(({ points }) => points))
  const axes: Axes = {
    width: room,
    height: wide ? 360 : 290,
    x: measuredScale(points.map(({ x }) => x), room / 52),
    y: decimalScale(points.flatMap(({ least, most }) => [least, most])),
  }
  return {
    concat: panels.map((panel, i) => panelSpec(panel, plot, axes, i % columns === 0)),
    columns,
    spacing: wide ? 8 : 24,
  }
}

/** What all panels have in common. */
interface Axes {
  readonly width: number
  readonly height: number
  readonly x: Scale
  readonly y: Scale
}

type Concat = Extract<TopLevelSpec, { concat: unknown }>["concat"][number]
type Layer = Extract<Concat, { layer: unknown }>["layer"][number]

function panelSpec(
  { title, lines, marks = [] }: Panel,
  plot: Lines,
  axes: Axes,
  first: boolean,
): Concat {
  const { width, height } = axes
  const x = {
    field: "x",
    type: "quantitative",
    scale: { type: "log", base: 2, domain: axes.x.domain, nice: false },
    axis: {
      title: plot.x.title,
      values: axes.x.values,
      labelOverlap: false,
      labelExpr: textOf(axes.x.values, plot.x.text),
    },
  } as const
  const scaled = {
    type: "quantitative",
    scale: { type: "log", domain: axes.y.domain, nice: false },
    axis: {
      title: first ? plot.y.title : "",
      values: axes.y.values,
      labelExpr: textOf(axes.y.values, String),
    },
  } as const
  const y = (field: keyof Point) => ({ field, ...scaled })
  const ofMark = ({ x: at, text }: Mark): Layer[] => [{
    data: { values: [{ x: at }] },
    mark: { type: "rule", color: colour("ink"), strokeDash: [3, 3], strokeWidth: 1.5 },
    encoding: { x },
  }, {
    data: { values: [{ x: at, text }] },
    mark: { type: "text", align: "left", dx: 6, baseline: "top" },
    encoding: { x, y: { value: 4 }, text: { field: "text" } },
  }]
  const ofLine = ({ rival, points }: Line): Layer[] => {
    const { colour: name, dash, thickness, shape } = styleOf(rival)
    const color = colour(name)
    const data = { values: points.map((point) => ({ ...point })) }
    return [{
      data,
      mark: { type: "rule", color, strokeWidth: 1.5, opacity: 0.55 },
      encoding: { x, y: y("least"), y2: { field: "most" } },
    }, {
      data,
      mark: { type: "line", color, strokeWidth: thickness, strokeDash: [...dash] },
      encoding: { x, y: y("median") },
    }, {
      data,
      mark: { type: "point", color, shape, filled: true, opacity: 1, size: 24 + 14 * thickness },
      encoding: { x, y: y("median") },
    }]
  }
  return {
    title: { text: title, anchor: "start", color: colour("ink") },
    width,
    height,
    layer: [...marks.flatMap(ofMark), ...lines.flatMap(ofLine), ...labels(lines, axes)],
  }
}

/** Each line's name at its end, moved so that none hides another. */
function labels(lines: readonly Line[], { width, height, y }: Axes): Layer[] {
  const ends = lines.map(({ points }) => pixel(y, points[points.length - 1].median, height))
  const places = spaced(ends, labelHeight, height)
  return lines.map((line, i) => {
    const style = styleOf(line.rival)
    return {
      data: { values: [{ text: labelOf(line) }] },
      mark: {
        type: "text",
        align: "left",
        dx: 12,
        color: colour(style.colour),
        fontWeight: "bold",
      },
      encoding: { x: { value: width }, y: { value: places[i] }, text: { field: "text" } },
    }
  })
}

const labelOf = ({ rival, label }: Line): string => label ?? styleOf(rival).label

/** Vega's expression for the text of a tick. */
const textOf = (values: readonly number[], text: (value: number) => string): string =>
  values.reduceRight((rest, value) => `datum.value === ${value} ? "${text(value)}" : ${rest}`, '""')

/** Pixels between a line and its name, from one name to the next, and beside a panel for its axis. */
const labelGap = 12
const labelHeight = 16
const axisRoom = 62
