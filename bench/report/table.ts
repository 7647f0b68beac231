import type { Row, Spread } from "../method/rows.ts"
import { bytes } from "../page/units.ts"
import type { Result } from "./result.ts"
import { besides, type From, seriesOf } from "./results.ts"
import type { Series } from "../suites/stream.ts"

/** The part of the README between its markers. */
function tableOf(results: readonly Result[]): string {
  const all = seriesOf(results).filter(isUsual)
  const { machine, date } = all[0].from
  const { bun, deno } = machine.versions
  const kernel = /Linux \d+\.\d+/.exec(machine.kernel)?.[0]
  return [
    "| chunks | source | runtime | Zerowire | its own `pipeTo` | C zero-copy | of own | of C | copied by the kernel | printed by |",
    "| ---: | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
    ...all.flatMap((series) => rowsOf(series).map((row) => `${row} \`${commandOf(series)}\` |`)),
    "",
    `Measured on ${date.slice(0, 10)} with ${machine.cpus} CPUs (${machine.cpu}), ${kernel}, ` +
    `Bun ${bun}, Deno ${deno.split(" ")[0]}, commit ${machine.commit}; ${besides(all)}. ` +
    "Medians; a ratio is the median of those of each round. `views` are parts of memory that stays, sent " +
    'with `ownership: "borrow"`; `fresh` chunks are allocated and filled one by one, which is in the ' +
    "figures of all rivals but C. The last column but one counts notification ids of all rounds.",
  ].join("\n")
}

/** The conditions that the README's sentences speak of, and both sides of the comparison. */
const isUsual = ({ link, mtu, congestionControl, rows }: Series): boolean =>
  link === "lab" && mtu === 1500 && congestionControl === undefined &&
  rows.some(({ rival }) => rival.startsWith("zerowire-"))

/** Prints this row alone, without what does not change it. */
const commandOf = ({ from: { command }, chunkBytes }: From<Series>): string =>
  command.replaceAll(/ --(json|tolerate|rivals) \S+/g, "")
    .replace(/ --chunks \S+|$/, ` --chunks ${chunkBytes}`)

function rowsOf({ rows, chunkBytes, source }: Series): string[] {
  const of = (name: string): Row | undefined => rows.find(({ rival }) => rival === name)
  const reference = of("c-zerocopy")
  return ["bun", "deno"].flatMap((runtime) => {
    const ours = of(`zerowire-${runtime}`)
    const own = of(`own-${runtime}`)
    if (ours === undefined || own === undefined) return []
    const cells = [
      bytes(chunkBytes),
      source,
      runtime,
      ...[ours, own, reference].map((row) => figure(row?.cpuSecondsPerGB)),
      figure(ours.ratios[`own-${runtime}`]),
      figure(ours.ratios["c-zerocopy"]),
      `${ours.kernelCopied} of ${ours.notified}, ${ours.unknown} unknown`,
    ]
    return [`| ${cells.join(" | ")} |`]
  })
}

const figure = (spread: Spread | undefined): string => spread?.median.toFixed(2) ?? "-"

/**
 * A README with the table in it.
 *
 * @throws {Error} when it has lost the markers between which the table stands.
 */
export function withTable(readme: string, results: readonly Result[]): string {
  const [before, rest] = readme.split("<!-- bench:begin -->")
  const after = rest?.split("<!-- bench:end -->")[1]
  if (after === undefined) throw new Error("Cannot write the table: README.md has lost its markers")
  return `${before}<!-- bench:begin -->\n\n${tableOf(results)}\n\n<!-- bench:end -->${after}`
}
