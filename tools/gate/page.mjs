import { existsSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { pathToFileURL } from "node:url"
import { chromium } from "playwright-core"
import { root } from "../ready.mjs"
import { run } from "./process.mjs"

/** @typedef {import("./tally.mjs").Verdict} Verdict */
/** @typedef {import("./gate.mjs").Scene} Scene */

/**
 * The page of results, its plots and the README's table are what the results give, and a browser shows
 * the page as it was meant.
 *
 * @param {Scene} scene
 * @returns {Promise<readonly Verdict[]>}
 */
export async function page({ bun }) {
  const { how, output } = await run([bun, "bench/page.ts", "--check"], { seconds: 120 })
  const name = "the page of results is up to date"
  /** @type {Verdict} */
  const fresh = how === undefined
    ? { result: "passed", name }
    : { result: "failed", name, detail: `${how}\n${output}` }
  return [fresh, ...await shown(pathToFileURL(join(root, "docs/bench/index.html")).href)]
}

/**
 * Looks at a page in Chromium, in all the ways that people do.
 *
 * @param {string} url
 * @returns {Promise<readonly Verdict[]>}
 */
async function shown(url) {
  const executablePath = chromiumPaths.find((path) => existsSync(path))
  if (executablePath === undefined) {
    return [{ result: "skipped", name: "the page in a browser", detail: "there is no Chromium" }]
  }
  // Chromium's own sandbox refuses to run as root; the page is ours, and asks the network for nothing.
  const args = process.geteuid?.() === 0 ? ["--no-sandbox"] : []
  const browser = await chromium.launch({ executablePath, args })
  try {
    /** @type {Verdict[]} */
    const verdicts = [await faultsAreFound(browser)]
    for (const width of [390, 1280]) {
      for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
        const context = await browser.newContext({
          viewport: { width, height: 1000 },
          colorScheme,
        })
        const name = `the page in a browser, ${colorScheme} and ${width} pixels wide`
        const flaws = await flawsOf(context, url)
        await context.close()
        verdicts.push(
          flaws.length === 0
            ? { result: "passed", name }
            : { result: "failed", name, detail: flaws.join("\n") },
        )
      }
    }
    return verdicts
  } finally {
    await browser.close()
  }
}

/**
 * Whoever looks must be able to see something wrong.
 *
 * @param {import("playwright-core").Browser} browser
 * @returns {Promise<Verdict>}
 */
async function faultsAreFound(browser) {
  const context = await browser.newContext({ viewport: { width: 390, height: 1000 } })
  const flaws = await flawsOf(context, `data:text/html,${encodeURIComponent(faulty)}`)
  await context.close()
  const name = "a page with faults is found out"
  const missed = faults.filter((fault) => !flaws.some((flaw) => fault.test(flaw)))
  return missed.length === 0
    ? { result: "passed", name }
    : { result: "failed", name, detail: `not found: ${missed.join(", ")} in ${flaws.join("; ")}` }
}

/**
 * @param {import("playwright-core").BrowserContext} context
 * @param {string} url
 */
async function flawsOf(context, url) {
  const tab = await context.newPage()
  /** @type {string[]} */
  const flaws = []
  tab.on("console", (message) => {
    if (message.type() === "error") flaws.push(`it complains: ${message.text()}`)
  })
  tab.on("pageerror", (error) => flaws.push(`a script fails: ${error.message}`))
  tab.on("request", (request) => {
    const asked = request.url()
    if (asked !== url && !asked.startsWith("data:")) flaws.push(`it asks for ${asked}`)
  })
  await tab.goto(url)
  const found = await tab.evaluate(lookAround)
  if (found.figures === 0) flaws.push("it has no plot")
  if (found.hidden.length > 0) flaws.push(`nobody sees the plot of ${found.hidden.join(", ")}`)
  if (found.excess > 0) flaws.push(`it is ${found.excess} pixels too wide`)
  const colors = await tab.evaluate(
    countColors,
    (await tab.screenshot({ fullPage: true })).toString("base64"),
  )
  if (colors < leastColors) flaws.push(`its picture has ${colors} colors only`)
  return flaws
}

/** Runs in the page. */
function lookAround() {
  const { scrollWidth, clientWidth } = document.documentElement
  const figures = [...document.querySelectorAll("figure")]
  const isSeen = (/** @type {Element} */ figure) =>
    [...figure.querySelectorAll("svg")].some((svg) => {
      const { width, height } = svg.getBoundingClientRect()
      return width >= 200 && height >= 100
    })
  return {
    figures: figures.length,
    hidden: figures.filter((figure) => !isSeen(figure)).map((figure) =>
      figure.closest("section")?.id ?? "?"
    ),
    excess: scrollWidth - clientWidth,
  }
}

/**
 * Runs in the page, which may make a picture of data.
 *
 * @param {string} png in base64
 */
async function countColors(png) {
  const picture = new Image()
  picture.src = `data:image/png;base64,${png}`
  await picture.decode()
  const canvas = new OffscreenCanvas(picture.width, Math.min(picture.height, 4000))
  const context = canvas.getContext("2d")
  if (context === null) return 0
  context.drawImage(picture, 0, 0)
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
  return new Set(new Uint32Array(data.buffer)).size
}

const faulty = `<section id="lost"><figure><svg width="0"></svg></figure></section>
<div style="width: 900px">wide</div>
<img src="http://127.0.0.1:9/a.png">
<script>console.error("oh"); throw new Error("no")</script>`
const faults = [
  /sees the plot of lost/,
  /too wide/,
  /asks for/,
  /complains: oh/,
  /fails: no/,
  /colors/,
]

/** Where Debian's package puts it, and others. */
const chromiumPaths = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]

/** A page of text alone has fewer: the shades of its letters. Plots have one for each rival. */
const leastColors = 500
