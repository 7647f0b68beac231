/** One column of a table of fixed width. */
export interface Column<T> {
  readonly title: string
  /** The first column stands to the left of it, the others to the right. */
  readonly width: number
  readonly value: (row: T) => string
}

/** The line above the rows. */
export const headerOf = <T>(columns: readonly Column<T>[]): string =>
  lineOf(columns, columns.map(({ title }) => title))

/** One row in one line. */
export const rowOf = <T>(columns: readonly Column<T>[], row: T): string =>
  lineOf(columns, columns.map(({ value }) => value(row)))

/** What was sent zero-copy, in each table: no row is without it. */
export const shareColumns: readonly Column<Shares>[] = [
  { title: "zero-copy", width: 9, value: ({ zerocopySends }) => String(zerocopySends) },
  { title: "copied", width: 6, value: ({ kernelCopied }) => String(kernelCopied) },
  { title: "unknown", width: 7, value: ({ unknown }) => String(unknown) },
]

interface Shares {
  readonly zerocopySends: number
  readonly kernelCopied: number
  readonly unknown: number
}

const lineOf = <T>(columns: readonly Column<T>[], cells: readonly string[]): string =>
  cells.map((cell, i) => i === 0 ? cell.padEnd(columns[i].width) : cell.padStart(columns[i].width))
    .join("  ")
