import type { Result } from "../../report/result.ts"
import { type Figure, figureOf, type Gap, tableOf } from "../figure.ts"
import { copied, number, spread } from "../units.ts"

/** What a file costs by each way to send it. */
export const file = (results: readonly Result[]): Figure | Gap =>
  figureOf(results, "file", "What a file costs", (rows) => ({
    finding: rows.filter(({ rival }) => rival.startsWith("sendfile-")).map(({ rival, ratio }) =>
      `In ${rival.replace("sendfile-", "")} sendFile takes ${number(ratio.median)} of what the ` +
      "runtime’s own pipeTo of the file takes."
    ).join(" "),
    notes: [
      "The file is in memory already. “stream” is pipeTo of fileStream, “pipe” is pipeTo of the runtime’s stream, “from” is sendFrom.",
    ],
    table: tableOf(rows, {
      way: ({ rival }) => rival,
      "CPU s/GB": ({ cpu }) => number(cpu),
      "own s/GB": ({ cpuOwn }) => number(cpuOwn),
      "ratio (least–most)": ({ ratio }) => spread(ratio),
      "copied by the kernel": copied,
    }),
    conditions: "over one connection",
  }))
