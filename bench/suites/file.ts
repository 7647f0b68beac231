import { type Column, headerOf, rowOf, shareColumns } from "./columns.ts"
import type { Reference } from "../peers/compiler.ts"
import { hold, sayTrouble } from "../method/contest.ts"
import { openLink } from "../peers/link.ts"
import { rowsOf, type Spread } from "../method/rows.ts"
import type { Options } from "../options.ts"
import { listen } from "../peers/receiver.ts"
import { fileRivals, type Job } from "../rivals.ts"
import type { Round } from "../method/rounds.ts"
import { contestOf } from "./stream.ts"

/** What a file costs in one way, beside the runtime's own. */
export interface FileRow {
  readonly rival: string
  /** User and system time in seconds for each 10⁹ bytes: the median of all rounds. */
  readonly cpu: number
  /** The same of `own-…` of this runtime: `pipeTo` of its stream of the file into its own socket. */
  readonly cpuOwn: number
  /** The one over the other, round by round. */
  readonly ratio: Spread
  /** Notification ids in all rounds, and what the kernel said of them; `sendFile` has none. */
  readonly zerocopySends: number
  readonly kernelCopied: number
  readonly unknown: number
}

/** Measures files that are in memory; `say` gets the table. */
export async function measureFile(
  options: Options,
  reference: Reference,
  say: (text: string) => void,
): Promise<readonly FileRow[]> {
  using link = openLink(options.link, options)
  const port = await listen(link, reference)
  const { source, totalBytes, warmBytes } = options
  // The runtime decides how it reads a file. The size says only how long what is checked may be.
  const job: Job = {
    address: link.address,
    port,
    chunkBytes: 65_536,
    totalBytes,
    warmBytes,
    source,
  }
  say(
    `\n${options.link}, files: sendFile, fileStream, pipeTo and sendFrom beside the runtime's own pipeTo`,
  )
  const standings = await hold(contestOf(fileRivals, link, job, reference), options)
  const rows = fileRowsOf(standings.rounds, totalBytes)
  if (rows.length > 0) say(headerOf(columns))
  for (const row of rows) say(rowOf(columns, row))
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

const columns: readonly Column<FileRow>[] = [
  { title: "rival", width: 13, value: ({ rival }) => rival },
  { title: "CPU s/GB", width: 8, value: ({ cpu }) => cpu.toFixed(3) },
  { title: "own s/GB", width: 8, value: ({ cpuOwn }) => cpuOwn.toFixed(3) },
  {
    title: "/ own (least-most)",
    width: 18,
    value: ({ ratio: { median, least, most } }) =>
      `${median.toFixed(2)} (${least.toFixed(2)}-${most.toFixed(2)})`,
  },
  ...shareColumns,
]
