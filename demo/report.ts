import type { RunResult } from "./run.ts"

/** Whether the run lost nothing and gave all memory back. */
export const isGood = ({ sha256Sent, sha256Received, held }: RunResult): boolean =>
  sha256Sent === sha256Received && held === 0

/** The line above the rows. */
export const header = (): string => line(columns.map(({ title }) => title))

/** One run in one row. */
export const row = (result: RunResult): string => line(columns.map(({ value }) => value(result)))

/** Why bytes were copied, in words; nothing if none were. */
export function copiedBytes({ reasons }: RunResult): string | undefined {
  const parts = Object.entries(reasons).filter(([, bytes]) => bytes > 0)
    .map(([reason, bytes]) => `${bytes} (${meanings[reason] ?? reason})`)
  return parts.length === 0 ? undefined : `  copied bytes:  ${parts.join(", ")}`
}

const line = (cells: readonly string[]): string =>
  cells.map((cell, i) =>
    i < 2
      ? cell.padEnd(columns[i].width)
      : cell.padStart(Math.max(columns[i].width, columns[i].title.length))
  ).join("  ").trimEnd()

const columns: readonly Column[] = [
  { title: "runtime", width: 7, value: ({ runtime }) => runtime },
  { title: "link", width: 8, value: ({ link }) => link },
  { title: "bytes", width: 10, value: ({ bytes }) => String(bytes) },
  {
    title: "Gbit/s",
    width: 6,
    value: ({ bytes, seconds }) => (bytes * 8 / seconds / 1e9).toFixed(2),
  },
  { title: "CPU s/GB", width: 8, value: ({ cpuSecondsPerGB }) => cpuSecondsPerGB.toFixed(3) },
  { title: "sends", width: 6, value: ({ sends }) => String(sends) },
  { title: "zero-copy", width: 9, value: ({ zerocopySends }) => String(zerocopySends) },
  { title: "notified", width: 8, value: ({ notified }) => String(notified) },
  { title: "copied", width: 6, value: ({ copied }) => String(copied) },
  { title: "unknown", width: 7, value: ({ unknown }) => String(unknown) },
  { title: "released", width: 8, value: ({ released }) => String(released) },
  { title: "held", width: 4, value: ({ held }) => String(held) },
  {
    title: "hashes",
    width: 6,
    value: ({ sha256Sent, sha256Received }) => sha256Sent === sha256Received ? "equal" : "DIFFER",
  },
]

interface Column {
  readonly title: string
  readonly width: number
  readonly value: (result: RunResult) => string
}

const meanings: Readonly<Record<string, string>> = {
  small: "too small to pin",
  local: "the peer is this host, where the kernel copies in any case",
  copied: "after the kernel had reported COPIED",
  probing: "while a probe was under way",
  nobufs: "the kernel had no room to pin more",
  unsupported: "this kernel has no SO_ZEROCOPY",
  disabled: "zero-copy is disabled",
  unowned: "the memory belonged to the producer",
  isolate: "the memory belonged to the isolate",
}
