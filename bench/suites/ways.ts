import { number, share, spread } from "../page/units.ts"
import type { Cost } from "../method/cost.ts"
import type { Round } from "../method/rounds.ts"
import { costOf, rowsOf, type Shares, type Spread } from "../method/rows.ts"
import { type Columns, shareColumns } from "./columns.ts"

/** One way to send something, beside the runtime's own and the best native one. Ids are of what was pinned. */
export interface WayRow extends Omit<Shares, "notified"> {
  readonly rival: string
  /** User and system time in seconds for each 10⁹ bytes: the median of all rounds. */
  readonly cpu: number
  /** The same over `own-…` of this runtime, round by round. */
  readonly ofOwn?: Spread
  /** The same over the program in C whose calls wait. */
  readonly ofC?: Spread
  /** The same over the runtime's own HTTP server. */
  readonly ofServer?: Spread
  /** The same over nginx. */
  readonly ofNginx?: Spread
  /** The part of all bytes that the kernel moved by itself, from a file or another socket. */
  readonly moved: number
  /** The part that was copied, by choice or by the kernel after all. */
  readonly copied: number
}

/** What a rival of this kind says besides: bytes, as in `WayRow`. */
export const moves = ["movedBytes", "copiedBytes"] as const
export type WayCost = Cost & Readonly<Record<(typeof moves)[number], number>>

/** A row for each way; `c` is the program in C that all are compared with, if there is one. */
export function wayRowsOf(
  rounds: readonly Round<WayCost>[],
  totalBytes: number,
  c?: string,
): readonly WayRow[] {
  return rowsOf(rounds, totalBytes, [...references, ...(c ? [c] : [])]).map(
    ({ rival, cpuSecondsPerGB, ratios, zerocopySends, kernelCopied, unknown }) => {
      const partOf = (name: keyof WayCost) =>
        rounds.reduce((sum, round) => sum + costOf(round, rival)[name], 0) /
        (totalBytes * rounds.length)
      const runtime = rival.split("-").at(-1)
      const { [`own-${runtime}`]: ofOwn, [`serve-${runtime}`]: ofServer, nginx: ofNginx } = ratios
      const ofC = c === undefined ? undefined : ratios[c]
      return {
        ...{ rival, cpu: cpuSecondsPerGB.median },
        ...(ofOwn && { ofOwn }),
        ...(ofC && { ofC }),
        ...(ofServer && { ofServer }),
        ...(ofNginx && { ofNginx }),
        ...{ moved: partOf("movedBytes"), copied: partOf("copiedBytes") },
        ...{ zerocopySends, kernelCopied, unknown },
      }
    },
  )
}

/** What both the table of a suite and that of the page say. */
export const wayColumns: Columns<WayRow> = {
  rival: ({ rival }) => rival,
  "CPU s/GB": ({ cpu }) => number(cpu),
  "of own (least–most)": ({ ofOwn }) => ofOwn ? spread(ofOwn) : "",
  "of C (least–most)": ({ ofC }) => ofC ? spread(ofC) : "",
  "of its server": ({ ofServer }) => ofServer ? number(ofServer.median) : "",
  "of nginx": ({ ofNginx }) => ofNginx ? number(ofNginx.median) : "",
  "moved bytes": ({ moved }) => share(moved),
  "copied bytes": ({ copied }) => share(copied),
}

export const wayColumnsWithIds: Columns<WayRow> = { ...wayColumns, ...shareColumns }

const references = ["own-bun", "own-deno", "serve-bun", "serve-deno", "nginx"]
