import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { type HTMLElement, parse } from "node-html-parser"

test("the page shows every plot with its data, and needs nothing but itself", () => {
  const html = readFileSync(new URL("../../docs/bench/index.html", import.meta.url), "utf8")
  assert.deepEqual(flawsOf(html), [])
})

const faults: Readonly<Record<string, readonly [html: string, flaw: RegExp]>> = {
  "a page without a plot": ["<p>text</p>", /no plot/],
  "a plot for wide screens alone": ['<figure><svg class="wide"></svg></figure>', /no narrow plot/],
  "a plot that nobody sees": [figure('viewBox="0 0 10 10"', ""), /10 × 10 pixels/],
  "a plot too wide for a telephone": [figure('viewBox="0 0 600 300"', ""), /600 × 300 pixels/],
  "a plot without data": [
    figure('viewBox="0 0 300 200"', '<g class="mark-symbol"></g>'),
    /shows no data/,
  ],
  "a plot with a number that is none": [
    figure('viewBox="0 0 300 200"', '<path d="M0,NaNL1,1"/>'),
    /NaN/,
  ],
  "a colour that no scheme has": [
    figure('viewBox="0 0 300 200"', '<path fill="var(--pink)"/>'),
    /no colour "pink"/,
  ],
  "a link to nowhere": ['<a href="#lost">a</a>', /#lost leads nowhere/],
  "a text that is not there": ['<svg aria-labelledby="lost"></svg>', /#lost leads nowhere/],
  "a name that two have": ['<p id="a"></p><p id="a"></p>', /two are named a/],
  "something that is loaded": ['<img src="http://127.0.0.1:9/a.png">', /asks for http/],
  "a style that loads something": ["<style>@import 'a.css'</style>", /asks for more/],
  "a script": ["<script>throw new Error()</script>", /has a script/],
  "a table that is wider than a page": ["<table></table>", /table has no frame/],
}
for (const [name, [html, flaw]] of Object.entries(faults)) {
  test(`${name} is found out`, () => assert.match(flawsOf(html).join("\n"), flaw))
}

/** What a browser would complain of, or nobody would see in it. */
function flawsOf(html: string): readonly string[] {
  const page = parse(html, { blockTextElements: { script: true, style: true } })
  const ids = page.querySelectorAll("[id]").map(({ id }) => id)
  const css = page.querySelectorAll("style").map(({ text }) => text).join("\n")
  const figures = page.querySelectorAll("figure")
  const named = [
    ...page.querySelectorAll("a").map((a) => a.getAttribute("href") ?? ""),
    ...page.querySelectorAll("[aria-labelledby]").flatMap((element) =>
      (element.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => `#${id}`)
    ),
  ]
  const loaded = page.querySelectorAll("[src], link, use, image").map((element) =>
    element.getAttribute("src") ?? element.getAttribute("href") ?? ""
  )
  return [
    ...figures.length === 0 ? ["there is no plot"] : [],
    ...figures.flatMap((figure) =>
      ["wide", "narrow"].flatMap((width) => flawsOfPlot(figure, width))
    ),
    ...[...figures.join("").matchAll(/var\(--(\w+)\)/g)].filter(([, name]) =>
      css.split(`--${name}:`).length < 3
    )
      .map(([, name]) => `there is no colour "${name}" in light and in dark`),
    ...named.filter((to) => !ids.includes(to.slice(1))).map((to) => `${to} leads nowhere`),
    ...ids.filter((id, i) => ids.indexOf(id) !== i).map((id) => `two are named ${id}`),
    ...loaded.filter((url) => !url.startsWith("data:")).map((url) => `it asks for ${url}`),
    ...css.match(/@import|url\(/) ? ["a style asks for more"] : [],
    ...page.querySelector("script") || /\son\w+=/.test(html) ? ["it has a script"] : [],
    ...page.querySelectorAll("table").filter((table) => !table.closest(".wide-table"))
      .map(() => "a table has no frame to scroll in"),
  ]
}

function flawsOfPlot(figure: HTMLElement, width: string): readonly string[] {
  const plot = figure.querySelector(`svg.${width}`)
  if (plot === null) return [`there is no ${width} plot`]
  const [, , w, h] = (plot.getAttribute("viewBox") ?? "").split(" ").map(Number)
  const marks = plot.querySelectorAll(".role-mark path").map((path) => path.getAttribute("d"))
  return [
    // The style fits it into a telephone's 390, which keeps text of 13 pixels legible down to here.
    ...w >= 200 && h >= 100 && w <= (width === "wide" ? 980 : 420)
      ? []
      : [`the ${width} plot has ${w} × ${h} pixels`],
    ...marks.length > 0 ? [] : [`the ${width} plot shows no data`],
    ...plot.outerHTML.match(/NaN|undefined|Infinity/) ?? [],
  ]
}

function figure(attributes: string, body: string): string {
  const plots = ["wide", "narrow"].map((width) =>
    `<svg class="${width}" ${attributes}>${body}</svg>`
  )
  return `<figure>${plots.join("")}</figure>`
}
