import type { Row, Spread } from "../../method/rows.ts"
import type { Result } from "../../report/result.ts"
import { besides, type From, seriesOf } from "../../report/results.ts"
import type { Columns } from "../../suites/columns.ts"
import type { Series } from "../../suites/stream.ts"
import { type Figure, type Gap, tableOf } from "../figure.ts"
import { linesSpec, type Panel } from "../lines.ts"
import { panelsOf } from "../panels.ts"
import { bytes, copied, number, spread } from "../units.ts"

/** What a GB costs against the size of a chunk: a figure for each link and source that was measured. */
export function chunkSize(results: readonly Result[]): readonly (Figure | Gap)[] {
  const groups = Map.groupBy(seriesOf(results).filter(isContest), kindOf)
  const kinds = [...groups].toSorted(([a], [b]) => a.length - b.length)
  if (kinds.length > 0) return kinds.map(([kind, series]) => figureOf(kind, series))
  return [{ title: "What a gigabyte costs", command: "npm run bench -- stream" }]
}

/** Those of the crossover send what nobody would: they have a figure of their own. */
const isContest = ({ rows }: Series): boolean =>
  rows.some(({ rival }) => /^(zerowire|own)/.test(rival))

/** What is not as usual, for the title and the file. */
function kindOf({ link, mtu, congestionControl, source }: Series): string {
  return [
    ...link === "lab" ? [] : [`over ${link}`],
    ...mtu === 1500 ? [] : [`with an MTU of ${mtu}`],
    ...congestionControl === undefined ? [] : [`with ${congestionControl}`],
    ...source === "views" ? [] : [`from ${source} chunks`],
  ].join(" ")
}

function figureOf(kind: string, series: readonly From<Series>[]): Figure {
  const panels = panelsOf(
    series.flatMap(({ chunkBytes, rows }) =>
      rows.map(({ rival, cpuSecondsPerGB }) => ({
        rival,
        point: { x: chunkBytes, ...cpuSecondsPerGB },
      }))
    ),
  )
  const [{ link, mtu, source }] = series
  const title = `What a gigabyte costs ${kind}`.trim()
  const rounds = [
    ...new Set(
      series.map(({ rounds, totalBytes }) => `${rounds} rounds of ${number(totalBytes / 1e9)} GB`),
    ),
  ]
  return {
    id: `chunk_size ${kind}`.trim().toLowerCase().replaceAll(/\W+/g, "_"),
    title,
    finding: findingOf(series),
    notes: [
      "User and system time of the sending process for each 10⁹ bytes. Both axes are logarithmic. A point " +
      "is the median of the rounds, the line through it goes from the least to the most.",
    ],
    ...series.length > 1 && { draw: (width) => linesSpec(plotOf(panels), width) },
    table: tableOf(
      series.flatMap(({ chunkBytes, rows }) => rows.map((row) => ({ chunkBytes, ...row }))),
      columns,
    ),
    from: series.map(({ from }) => from),
    conditions: `${link}, MTU ${mtu}, ${source}; ${rounds.join(", ")}; ${besides(series)}`,
  }
}

/** Of the chunks of 64 KiB, or else of those next to it. */
function findingOf(series: readonly Series[]): string {
  const distance = ({ chunkBytes }: Series) => Math.abs(Math.log2(chunkBytes / 65_536))
  const [{ chunkBytes, rows }] = series.toSorted((a, b) => distance(a) - distance(b))
  const parts = [["bun", "Bun"], ["deno", "Deno"]].flatMap(([runtime, name]) => {
    const ratio = rows.find(({ rival }) => rival === `zerowire-${runtime}`)
      ?.ratios[`own-${runtime}`]
    return ratio === undefined
      ? []
      : [`${ratio.median.toFixed(2)} of what ${name}’s own pipeTo takes`]
  })
  return `With chunks of ${bytes(chunkBytes)}, Zerowire takes ${parts.join(", and ")}.`
}

const plotOf = (panels: readonly Panel[]) => ({
  panels,
  x: { title: "chunk", text: bytes },
  y: { title: "CPU seconds per GB" },
})

const columns: Columns<Row & Pick<Series, "chunkBytes">> = {
  chunk: ({ chunkBytes }) => bytes(chunkBytes),
  rival: ({ rival }) => rival,
  "CPU s/GB (least–most)": ({ cpuSecondsPerGB }) => spread(cpuSecondsPerGB),
  user: ({ userSecondsPerGB }) => medianOf(userSecondsPerGB),
  // Results of before it was measured lack it.
  "all CPUs": ({ machineSecondsPerGB }) => medianOf(machineSecondsPerGB),
  "of own": ({ rival, ratios }) => medianOf(ratios[`own-${rival.split("-").at(-1)}`]),
  "of C": ({ ratios }) => medianOf(ratios["c-zerocopy"]),
  "Gbit/s": ({ gigabitsPerSecond }) => medianOf(gigabitsPerSecond),
  "copied by the kernel": copied,
}

function medianOf(spread: Spread | undefined): string {
  return spread === undefined ? "–" : number(spread.median)
}
