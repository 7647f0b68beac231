import { type Columns, sayTable, shareColumns } from "./columns.ts"
import type { Reference } from "../peers/compiler.ts"
import { sayTrouble } from "../method/contest.ts"
import { rowsOf, type Shares, type Spread } from "../method/rows.ts"
import { number, spread } from "../page/units.ts"
import type { Options } from "../options.ts"
import { effectRivals, type Job } from "../rivals.ts"
import type { Round } from "../method/rounds.ts"
import { holdOver } from "./stream.ts"

/** The same bytes by Effect's `Sink` and by `pipeTo`, in one runtime. */
export interface EffectRow extends Omit<Shares, "notified"> {
  readonly runtime: "bun" | "deno"
  readonly chunkBytes: number
  /** User and system time of `pipeTo`, in seconds for each 10⁹ bytes: the median of all rounds. */
  readonly cpuStream: number
  /** The same of the `Sink`. */
  readonly cpuEffect: number
  /** The Sink over `pipeTo`, round by round. */
  readonly ratio: Spread
}

/** Measures both in both runtimes with one size of chunk; `say` gets the table. */
export async function measureEffect(
  options: Options,
  chunkBytes: number,
  reference: Reference,
  say: (text: string) => void,
): Promise<readonly EffectRow[]> {
  const { source, totalBytes } = options
  say(`\n${options.link}, ${source}, chunks of ${chunkBytes} bytes: Effect's Sink and pipeTo`)
  const pipes = options.rivals.filter(({ name }) => name.startsWith("zerowire-"))
  const pairs = runtimes.flatMap((runtime) => {
    const pipe = pipes.find(({ name }) => name === `zerowire-${runtime}`)
    return pipe ? [pipe, ...effectRivals.filter(({ name }) => name === `effect-${runtime}`)] : []
  })
  const standings = await holdOver(pairs, options, chunkBytes, reference)
  const rows = effectRowsOf(standings.rounds, { chunkBytes, totalBytes })
  sayTable(rows, columns, say)
  sayTrouble(standings, say)
  return rows
}

/** A row for each runtime in which both were measured. */
export function effectRowsOf(
  rounds: readonly Round[],
  { chunkBytes, totalBytes }: Pick<Job, "chunkBytes" | "totalBytes">,
): readonly EffectRow[] {
  const rows = rowsOf(rounds, totalBytes, runtimes.map((runtime) => `zerowire-${runtime}`))
  return runtimes.flatMap((runtime) => {
    const stream = rows.find(({ rival }) => rival === `zerowire-${runtime}`)
    const effect = rows.find(({ rival }) => rival === `effect-${runtime}`)
    if (stream === undefined || effect === undefined) return []
    const { zerocopySends, kernelCopied, unknown } = effect
    return [{
      ...{ runtime, chunkBytes },
      cpuStream: stream.cpuSecondsPerGB.median,
      cpuEffect: effect.cpuSecondsPerGB.median,
      ratio: effect.ratios[stream.rival],
      ...{ zerocopySends, kernelCopied, unknown },
    }]
  })
}

const columns: Columns<EffectRow> = {
  runtime: ({ runtime }) => runtime,
  "pipeTo s/GB": ({ cpuStream }) => number(cpuStream),
  "Sink s/GB": ({ cpuEffect }) => number(cpuEffect),
  "ratio (least–most)": ({ ratio }) => spread(ratio),
  ...shareColumns,
}

const runtimes = ["bun", "deno"] as const
