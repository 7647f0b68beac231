import { type Column, headerOf, rowOf, shareColumns } from "./columns.ts"
import type { Row, Spread } from "../method/rows.ts"

/** The line above the rows. */
export const tableHeader = (): string => headerOf(columns)

/** One rival in one line. */
export const formatRow = (row: Row): string => rowOf(columns, row)

const ratio = (spread: Spread | undefined): string =>
  spread === undefined ? "" : spread.median.toFixed(2)

/** "own" is the runtime's own pipeTo, in the same runtime. */
const ownOf = ({ rival, ratios }: Row): Spread | undefined =>
  ratios[rival.endsWith("deno") ? "own-deno" : rival.endsWith("bun") ? "own-bun" : ""]

const columns: readonly Column<Row>[] = [
  { title: "rival", width: 14, value: ({ rival }) => rival },
  {
    title: "CPU s/GB (least-most)",
    width: 22,
    value: ({ cpuSecondsPerGB: { median, least, most } }) =>
      `${median.toFixed(3)} (${least.toFixed(3)}-${most.toFixed(3)})`,
  },
  { title: "user", width: 6, value: ({ userSecondsPerGB }) => userSecondsPerGB.median.toFixed(3) },
  {
    title: "machine",
    width: 7,
    value: ({ machineSecondsPerGB }) => machineSecondsPerGB.median.toFixed(3),
  },
  { title: "of own", width: 6, value: (row) => ratio(ownOf(row)) },
  { title: "of C", width: 5, value: ({ ratios }) => ratio(ratios["c-zerocopy"]) },
  {
    title: "Gbit/s",
    width: 6,
    value: ({ gigabitsPerSecond }) => gigabitsPerSecond.median.toFixed(1),
  },
  ...shareColumns,
]
