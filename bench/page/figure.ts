import type { TopLevelSpec } from "vega-lite"
import type { Result } from "../report/result.ts"
import type { Columns } from "../suites/columns.ts"

/** A plot, and the same numbers as a table. */
export interface Figure {
  /** Of the section, and of the file that the plot is copied to. */
  readonly id: string
  /** What it shows, in a few words. */
  readonly title: string
  /** What can be read off it, with the figures that matter: also for whoever does not see the plot. */
  readonly finding: string
  /** How it was measured, and how to read it. */
  readonly notes: readonly string[]
  readonly draw?: (width: Width) => TopLevelSpec
  readonly table: Table
  /** What it was measured with. */
  readonly from: readonly Result[]
  /** What the results themselves do not say: link, MTU, rounds. */
  readonly conditions: string
}

/** A part of the page that no result fills yet, and the command that would. */
export interface Gap {
  readonly title: string
  readonly command: string
}

export interface Table {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** A page on a desk, or on a telephone. */
export type Width = "wide" | "narrow"

export const isFigure = (part: Figure | Gap): part is Figure => "table" in part

/** A figure of the newest result that has this part, or what to run for one. */
export function figureOf<
  K extends
    | ("breakdown" | "connections" | "effect" | "fanout")
    | ("idle" | "latency"),
>(
  results: readonly Result[],
  part: K,
  title: string,
  describe: (
    rows: NonNullable<Result[K]>,
  ) => Omit<Figure, "id" | "title" | "from"> & { id?: string },
): Figure | Gap {
  const from = results.findLast((result) => result[part] !== undefined && result[part].length > 0)
  const rows = from?.[part]
  if (from === undefined || rows === undefined) {
    return { title, command: `npm run bench -- ${part}` }
  }
  return { id: part, title, from: [from], ...describe(rows) }
}

export const tableOf = <T>(rows: readonly T[], columns: Columns<T>): Table => ({
  head: Object.keys(columns),
  rows: rows.map((row) => Object.values(columns).map((cell) => cell(row))),
})
