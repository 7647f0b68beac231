import * as vega from "vega"
import { compile, type TopLevelSpec } from "vega-lite"
import type { Figure, Width } from "./figure.ts"
import { colours } from "./rival_style.ts"
import { escaped } from "./text.ts"

export type Colour = keyof typeof colours

/** A colour that follows the scheme of the page; `coloured` makes one of each scheme of it. */
export const colour = (name: Colour): string => `var(--${name})`

/** The plot as SVG for the page: it takes its colours from there, and is told as one picture. */
export async function drawn(
  { id, title, finding, draw }: Figure,
  width: Width,
): Promise<string | undefined> {
  if (draw === undefined) return undefined
  const svg = await svgOf(draw(width))
  const [, w, h] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? []
  const body = svg.slice(svg.indexOf(">") + 1)
  const name = `${id}-${width}`
  return `<svg xmlns="http://www.w3.org/2000/svg" class="${width}" viewBox="0 0 ${w} ${h}" ` +
    `style="max-width: ${w}px" role="img" aria-labelledby="${name}-title ${name}-text">` +
    `<title id="${name}-title">${escaped(title)}</title>` +
    `<desc id="${name}-text">${escaped(finding)}</desc>${body}`
}

/** The same as a file of its own: with a ground, and with the colours of both schemes. */
export async function standalone(figure: Figure): Promise<string | undefined> {
  const svg = await drawn(figure, "wide")
  if (svg === undefined) return undefined
  const [, w, h] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? []
  const ground = `<rect width="${w}" height="${h}" rx="8" fill="${colour("ground")}"/>`
  const at = svg.indexOf("</desc>") + "</desc>".length
  // Not every program that shows pictures knows the properties of CSS, so the light colours stand in
  // the attributes.
  const literal = (svg.slice(0, at) + darkStyle + ground + svg.slice(at))
    .replaceAll(/var\(--(\w+)\)/g, (_, name: Colour) => colours[name][0])
  return `${literal}\n`
}

/** The colours as properties of CSS: 0 for light, 1 for dark. */
export const variables = (scheme: 0 | 1): string =>
  Object.entries(colours).map(([name, pair]) => `--${name}:${pair[scheme]}`).join(";")

async function svgOf(spec: TopLevelSpec): Promise<string> {
  textMetrics.width = (item, text) =>
    String(text ?? "").length * (item.fontSize ?? fontSize) * emWidth
  const compiled = compile({ ...spec, background: "transparent" }, { config }).spec
  return await new vega.View(vega.parse(compiled), { renderer: "none" }).toSVG()
}

/**
 * How Vega measures text to make room for it, which its types leave out. Without a canvas it takes text to
 * be wider than it is in any font.
 */
const { textMetrics } = vega as unknown as {
  textMetrics: { width: (item: { fontSize?: number }, text: unknown) => number }
}

/** Of the labels, in pixels. */
export const fontSize = 13

/** Of a letter, as a part of the size of the font: a little more than system fonts have. */
export const emWidth = 0.6

const darkStyle = `<style>@media(prefers-color-scheme:dark){${
  Object.values(colours).map(([light, dark]) =>
    `[fill="${light}"]{fill:${dark}}[stroke="${light}"]{stroke:${dark}}`
  ).join("")
}}</style>`

const quiet = {
  gridColor: colour("grid"),
  domainColor: colour("grid"),
  tickColor: colour("grid"),
  labelColor: colour("faint"),
  titleColor: colour("faint"),
}

const config = {
  font: "system-ui, sans-serif",
  // The whole is one picture with a title and a text.
  aria: false,
  padding: 8,
  view: { stroke: "transparent" },
  axis: {
    ...quiet,
    labelFontSize: fontSize,
    titleFontSize: fontSize,
    titleFontWeight: "normal",
    titlePadding: 8,
  },
  legend: { labelColor: colour("ink"), labelFontSize: fontSize, labelLimit: 300, title: null },
  text: { fontSize, color: colour("ink") },
  title: { fontSize: 15, fontWeight: "bold", offset: 12 },
} as const
