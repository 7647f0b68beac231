import { type Columns, sayTable, shareColumns } from "./columns.ts"
import type { Reference } from "../peers/compiler.ts"
import { sayTrouble } from "../method/contest.ts"
import { rowsOf, type Shares, type Spread } from "../method/rows.ts"
import { number, spread } from "../page/units.ts"
import type { Options } from "../options.ts"
import { fileRivals } from "../rivals.ts"
import type { Round } from "../method/rounds.ts"
import { holdOver } from "./stream.ts"

/** What a file costs in one way, beside the runtime's own; `sendFile` has no notification ids. */
export interface FileRow extends Omit<Shares, "notified"> {
  readonly rival: string
  /** User and system time in seconds for each 10⁹ bytes: the median of all rounds. */
  readonly cpu: number
  /** The same of `own-…` of this runtime: `pipeTo` of its stream of the file into its own socket. */
  readonly cpuOwn: number
  /** The one over the other, round by round. */
  readonly ratio: Spread
}

/** Measures files that are in memory; `say` gets the table. */
export async function measureFile(
  options: Options,
  reference: Reference,
  say: (text: string) => void,
): Promise<readonly FileRow[]> {
  say(
    `\n${options.link}, files: sendFile, fileStream, pipeTo and sendFrom beside the runtime's own pipeTo`,
  )
  // The runtime decides how it reads a file. The size says only how long what is checked may be.
  const standings = await holdOver(fileRivals, options, 65_536, reference)
  const rows = fileRowsOf(standings.rounds, options.totalBytes)
  sayTable(rows, columns, say)
  sayTrouble(standings, say)
  return rows
}

/** A row for each way whose runtime's own was measured too. */
export function fileRowsOf(rounds: readonly Round[], totalBytes: number): readonly FileRow[] {
  const rows = rowsOf(rounds, totalBytes, ["own-bun", "own-deno"])
  return rows.flatMap(({ rival, cpuSecondsPerGB, ratios, ...row }): FileRow[] => {
    const own = rows.find((row) => row.rival === `own-${rival.split("-").at(-1)}`)
    if (own === undefined || own.rival === rival) return []
    const { zerocopySends, kernelCopied, unknown } = row
    return [{
      ...{ rival, cpu: cpuSecondsPerGB.median, cpuOwn: own.cpuSecondsPerGB.median },
      ratio: ratios[own.rival],
      ...{ zerocopySends, kernelCopied, unknown },
    }]
  })
}

const columns: Columns<FileRow> = {
  rival: ({ rival }) => rival,
  "CPU s/GB": ({ cpu }) => number(cpu),
  "own s/GB": ({ cpuOwn }) => number(cpuOwn),
  "/ own (least–most)": ({ ratio }) => spread(ratio),
  ...shareColumns,
}
