import type { Shares } from "../method/rows.ts"

/** The text of a row's cells, by column title. */
export type Columns<T> = Readonly<Record<string, (row: T) => string>>

/** Prints rows below their titles. The first column is aligned left, the others right. */
export function sayTable<T>(
  rows: readonly T[],
  columns: Columns<T>,
  say: (text: string) => void,
): void {
  if (rows.length === 0) return
  const cells = [
    Object.keys(columns),
    ...rows.map((row) => Object.values(columns).map((of) => of(row))),
  ]
  const widths = cells[0].map((_, i) => Math.max(...cells.map((line) => line[i].length)))
  for (const [first, ...rest] of cells) {
    say(
      [first.padEnd(widths[0]), ...rest.map((cell, i) => cell.padStart(widths[i + 1]))].join("  "),
    )
  }
}

/** What was sent zero-copy. Every row of every table has these columns. */
export const shareColumns: Columns<Omit<Shares, "notified">> = {
  "zero-copy": ({ zerocopySends }) => String(zerocopySends),
  copied: ({ kernelCopied }) => String(kernelCopied),
  unknown: ({ unknown }) => String(unknown),
}
