import { defaultThreshold } from "../../../src/zerocopy/chooser.ts"
import { cpuOf } from "../../method/cost.ts"
import { costOf, type Spread, spreadOf } from "../../method/rows.ts"
import type { Result } from "../../report/result.ts"
import { besides, seriesOf } from "../../report/results.ts"
import type { Series } from "../../suites/stream.ts"
import { type Figure, type Gap, tableOf } from "../figure.ts"
import { linesSpec, type Mark, type Panel } from "../lines.ts"
import { panelsOf } from "../panels.ts"
import { bytes, copied, number, spread } from "../units.ts"

/** Where zero-copy begins to pay: the same leases, sent zero-copy alone and by copy alone. */
export function crossover(results: readonly Result[]): Figure | Gap {
  const series = seriesOf(results).filter(({ rows }) =>
    rows.some(({ rival }) => rival.startsWith("always-"))
  )
  if (series.length < 2) return { title, command }
  const panels = panelsOf(
    series.flatMap(({ chunkBytes, rows }) =>
      rows.filter(({ rival }) => /^(always|never)-/.test(rival)).map((
        { rival, cpuSecondsPerGB },
      ) => ({
        rival,
        point: { x: chunkBytes, ...cpuSecondsPerGB },
      }))
    ),
  ).map((panel) => ({ ...panel, marks: marksOf(panel, series) }))
  const [{ link, mtu, rounds, totalBytes }] = series
  return {
    ...{ id: "crossover", title },
    finding: runtimes.flatMap(([runtime, name]) => findingOf(series, runtime, name)).join(" "),
    notes: [
      "Filled slots of a slab, sent with zero-copy for all of them and with copying for all of them; nothing " +
      "is gathered. Up to 17 slots and 1 MiB share a call, as ever. The upright lines are the threshold that " +
      "Zerowire uses unless told otherwise, and where the curves cross, which `npm run calibrate` would keep.",
    ],
    draw: (width) =>
      linesSpec({
        panels,
        x: { title: "chunk", text: bytes },
        y: { title: "CPU seconds per GB" },
      }, width),
    table: tableOf(series.flatMap(comparisonsOf), {
      chunk: ({ chunkBytes }) => bytes(chunkBytes),
      runtime: ({ name }) => name,
      "zero-copy": ({ zerocopy }) => spread(zerocopy.cpuSecondsPerGB),
      "by copy": ({ copy }) => spread(copy.cpuSecondsPerGB),
      "ratio (least–most)": ({ ratio }) => spread(ratio),
      "copied by the kernel": ({ zerocopy }) => copied(zerocopy),
    }),
    from: series.map(({ from }) => from),
    conditions: `${link}, MTU ${mtu}; ${rounds} rounds of ${number(totalBytes / 1e9)} GB; ` +
      besides(series),
  }
}

function marksOf({ title }: Panel, series: readonly Series[]): readonly Mark[] {
  const [runtime] = runtimes.find(([, name]) => title === `in ${name}`) ?? []
  const at = runtime === undefined ? undefined : crossing(ratiosOf(series, runtime))
  return [
    { x: defaultThreshold, text: `threshold, ${bytes(defaultThreshold)}` },
    ...at === undefined ? [] : [{ x: at, text: "measured here" }],
  ]
}

const ratiosOf = (series: readonly Series[], runtime: string) =>
  series.flatMap((one) => {
    const ratio = ratioOf(one, runtime)
    return ratio === undefined ? [] : [{ x: one.chunkBytes, ratio: ratio.median }]
  })

/** Where the ratio of two sizes next to each other passes 1 for the first time, on a logarithmic scale. */
export function crossing(
  points: readonly { readonly x: number; readonly ratio: number }[],
): number | undefined {
  for (const [i, { x, ratio }] of points.entries()) {
    if (ratio > 1) continue
    if (i === 0) return x
    const before = points[i - 1]
    const part = Math.log(before.ratio) / (Math.log(before.ratio) - Math.log(ratio))
    return before.x * (x / before.x) ** part
  }
  return undefined
}

function findingOf(series: readonly Series[], runtime: string, name: string): readonly string[] {
  const points = ratiosOf(series, runtime)
  if (points.length === 0) return []
  const at = crossing(points)
  if (at === undefined) return [`In ${name} copying was cheaper at every size.`]
  if (at === points[0].x) return [`In ${name} zero-copy was cheaper at every size.`]
  const again = points.filter(({ x, ratio }) => x > at && ratio > 1).map(({ x }) => bytes(x))
  const but = again.length > 0 ? `, though not at ${again.join(" and ")}` : ""
  return [`In ${name} zero-copy pays from about ${(at / 1024).toFixed(0)} KiB${but}.`]
}

/** Zero-copy over copy, round by round. */
function ratioOf({ costs }: Series, runtime: string): Spread | undefined {
  const [ours, theirs] = [`always-${runtime}`, `never-${runtime}`]
  if (!costs.some((round) => ours in round && theirs in round)) return undefined
  const rounds = costs.map((round) => new Map(Object.entries(round)))
  return spreadOf(rounds.map((round) => cpuOf(costOf(round, ours)) / cpuOf(costOf(round, theirs))))
}

const comparisonsOf = (series: Series) =>
  runtimes.flatMap(([runtime, name]) => {
    const of = (way: string) => series.rows.find(({ rival }) => rival === `${way}-${runtime}`)
    const [zerocopy, copy, ratio] = [of("always"), of("never"), ratioOf(series, runtime)]
    if (zerocopy === undefined || copy === undefined || ratio === undefined) return []
    return [{ chunkBytes: series.chunkBytes, name, zerocopy, copy, ratio }]
  })

const title = "Where zero-copy begins to pay"
const command =
  "npm run bench -- stream --rivals always-bun,never-bun,always-deno,never-deno --chunks " +
  "1024,2048,4096,8192,16384,65536,262144,1048576,4194304"
const runtimes = [["bun", "Bun"], ["deno", "Deno"]] as const
