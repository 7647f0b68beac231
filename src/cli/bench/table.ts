import type { Compared } from "./compare.ts"
import { copiedShare } from "./copied.ts"
import { chunkBytes } from "./material.ts"
import { wrapped } from "./wrapped.ts"

/** The line above the rows. */
export const header = (): string => line(columns.map(({ title }) => title))

/** One way in one row. */
export const row = (compared: Compared): string => line(columns.map(({ value }) => value(compared)))

/** What the columns mean. */
export const legend = (bytes: number, rounds: number): string =>
  wrapped(
    `Medians of ${rounds} rounds after a first one that is not counted, ${bytes} bytes each. ` +
      "CPU s/GB is user and system time of this process for 10^9 bytes. vs. own is that time where " +
      "the runtime's own pipeTo takes 1 in the same round, and least-most its range. copied is what " +
      "the kernel copied of the bytes. memory is 64 MiB that stay, in chunks of " +
      `${chunkBytes / 1024} KiB.`,
  )

const line = (cells: readonly string[]): string =>
  cells.map((cell, i) => i < 2 ? cell.padEnd(columns[i].width) : cell.padStart(columns[i].width))
    .join("  ").trimEnd()

/** The rows stay within 80 columns. */
const columns: readonly Column[] = [
  { title: "what", width: 6, value: ({ source }) => source },
  { title: "way", width: 10, value: ({ name }) => name },
  { title: "Gbit/s", width: 6, value: ({ gigabitsPerSecond }) => gigabitsPerSecond.toFixed(2) },
  { title: "CPU s/GB", width: 8, value: ({ cpuSecondsPerGB }) => cpuSecondsPerGB.toFixed(3) },
  { title: "vs. own", width: 7, value: ({ own, ratio }) => own ? "" : ratio.toFixed(2) },
  {
    title: "least-most",
    width: 11,
    value: ({ own, least, most }) => own ? "" : `${least.toFixed(2)}-${most.toFixed(2)}`,
  },
  { title: "copied", width: 9, value: copiedShare },
]

interface Column {
  readonly title: string
  readonly width: number
  readonly value: (compared: Compared) => string
}
