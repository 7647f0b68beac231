import { defaultThreshold } from "../../../src/zerocopy/chooser.ts"
import { cpuOf } from "../../method/cost.ts"
import { crossover } from "../../../src/cli/calibrate/crossover.ts"
import { costOf, type Spread, spreadOf } from "../../method/rows.ts"
import type { Result } from "../../report/result.ts"
import { besides, seriesOf } from "../../report/results.ts"
import type { Series } from "../../suites/stream.ts"
import { type Figure, type Gap, tableOf } from "../figure.ts"
import { linesSpec, type Mark, type Panel } from "../lines.ts"
import { panelsOf } from "../panels.ts"
import { bytes, copied, number, spread } from "../units.ts"

/** Where zero-copy begins to pay: the same leases, sent zero-copy alone and by copy alone. */
export function crossoverFigure(results: readonly Result[]): Figure | Gap {
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
      "Zerowire uses unless told otherwise, and the one that `npm run calibrate` would find in these figures.",
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
  const pairs = runtime === undefined ? [] : ratiosOf(series, runtime)
  return [
    { x: defaultThreshold, text: `threshold, ${bytes(defaultThreshold)}` },
    ...pairs.length === 0 ? [] : [{ x: crossover(pairs), text: "measured here" }],
  ]
}

const ratiosOf = (series: readonly Series[], runtime: string) =>
  series.flatMap((one) => {
    const ratio = ratioOf(one, runtime)
    return ratio === undefined ? [] : [{ bytes: one.chunkBytes, ratio: ratio.median }]
  })

function findingOf(series: readonly Series[], runtime: string, name: string): readonly string[] {
  const pairs = ratiosOf(series, runtime)
  if (pairs.length === 0) return []
  const at = crossover(pairs)
  if (at > pairs[pairs.length - 1].bytes) return [`In ${name} copying was cheaper.`]
  if (at === pairs[0].bytes) return [`In ${name} zero-copy was cheaper at every size.`]
  return [`In ${name} zero-copy pays from ${bytes(at)}.`]
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
