/**
 * Writes the README's table from the newest result in `bench/results/`, so that no figure is typed.
 *
 * @module
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { Machine } from "./machine.ts"
import type { Row, Spread } from "./method.ts"
import type { Series } from "./stream.ts"

interface Result {
  readonly date: string
  readonly command: string
  readonly machine: Machine
  readonly series: readonly Series[]
}

/** The part of the README between its markers. */
export function tableOf(results: readonly Result[]): string {
  const rows = results.flatMap(({ command, series }) =>
    series.flatMap((one) => rowsOf(one).map((row) => `${row} \`${shortened(command)}\` |`))
  )
  const { machine, date } = results[0]
  const { bun, deno } = machine.versions
  const kernel = /Linux \d+\.\d+/.exec(machine.kernel)?.[0]
  return [
    "| chunks | source | runtime | Zerowire | its own `pipeTo` | C zero-copy | of own | of C | copied by the kernel | printed by |",
    "| ---: | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
    ...rows,
    "",
    `Measured on ${date.slice(0, 10)} with ${machine.cpus} CPUs (${machine.cpu}), ${kernel}, ` +
    `Bun ${bun}, Deno ${deno.split(" ")[0]}, commit ${machine.commit}; other work ran beside it. ` +
    "Medians; a ratio is the median of those of each round. `views` are parts of memory that stays, sent " +
    'with `ownership: "borrow"`; `fresh` chunks are allocated and filled one by one, which is in the ' +
    "figures of all rivals but C. The last column but one counts notification ids of the last round.",
  ].join("\n")
}

/** Without what does not change the row. */
const shortened = (command: string): string =>
  command.replaceAll(/ --(json|tolerate|rivals) \S+/g, "")

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

const bytes = (count: number): string =>
  count >= 1 << 20 ? `${count >> 20} MiB` : `${count >> 10} KiB`

/** The results of the newest day. */
function newest(): readonly Result[] {
  const folder = fileURLToPath(new URL("results/", import.meta.url))
  const measured = ({ series }: Partial<Result>): boolean => series !== undefined
  const all = readdirSync(folder).filter((name) => name.endsWith(".json")).toSorted()
    .map((name): Result => JSON.parse(readFileSync(folder + name, "utf8"))).filter(measured)
  const last = all.map(({ date }) => date.slice(0, 10)).toSorted().at(-1)
  return all.filter(({ date }) => date.slice(0, 10) === last)
}

if (import.meta.main) {
  const readme = fileURLToPath(new URL("../README.md", import.meta.url))
  const [before, rest] = readFileSync(readme, "utf8").split("<!-- bench:begin -->")
  const after = rest?.split("<!-- bench:end -->")[1]
  if (after === undefined) throw new Error("Cannot write the table: README.md has lost its markers")
  const table = tableOf(newest())
  writeFileSync(readme, `${before}<!-- bench:begin -->\n\n${table}\n\n<!-- bench:end -->${after}`)
}
