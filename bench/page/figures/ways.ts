import type { Result } from "../../report/result.ts"
import { wayColumns, type WayRow } from "../../suites/ways.ts"
import { type Figure, figureOf, type Gap, tableOf } from "../figure.ts"
import { copied, number } from "../units.ts"

/** What a file costs by each way to send it. */
export const file = (results: readonly Result[]): Figure | Gap =>
  figureOf(results, "file", "What a file costs", (rows) => ({
    finding: foundOf(rows, "sendfile-", "sendFile", "sendfile"),
    notes: [
      "The file is in memory already. “stream” is pipeTo of fileStream, “pipe” is pipeTo of the runtime’s stream, “from” is sendFrom.",
    ],
    table: tableOf(rows, { ...wayColumns, "copied by the kernel": copiedOf }),
    conditions: "over one connection",
  }))

/** What bytes cost that go from one socket to another one. */
export const relay = (results: readonly Result[]): Figure | Gap =>
  figureOf(results, "relay", "What a relay costs", (rows) => ({
    finding: foundOf(rows, "zerowire-", "a pipeTo from socket to socket", "splice"),
    notes: ["From one peer to another one over the same link; “epoll” is splice without waiting."],
    table: tableOf(rows, { ...wayColumns, "copied by the kernel": copiedOf }),
    conditions: "over two connections",
  }))

function foundOf(rows: readonly WayRow[], prefix: string, way: string, inC: string): string {
  return rows.flatMap(({ rival, ofOwn, ofC }) => {
    if (!rival.startsWith(prefix) || ofOwn === undefined) return []
    const c = ofC ? ` and ${number(ofC.median)} of ${inC} in C` : ""
    return `In ${rival.replace(prefix, "")} ${way} takes ${number(ofOwn.median)} of what the ` +
      `runtime’s own pipeTo takes${c}.`
  }).join(" ")
}

/** Of notification ids, where there are any. */
const copiedOf = (row: WayRow): string => row.zerocopySends > 0 ? copied(row) : "no ids"
