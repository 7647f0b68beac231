import type { Result } from "../../report/result.ts"
import type { Figure, Gap } from "../figure.ts"
import { copied, number, spread } from "../units.ts"

/** What a file costs by each way to send it. */
export function file(results: readonly Result[]): Figure | Gap {
  const from = results.findLast(({ file }) => file !== undefined && file.length > 0)
  const rows = from?.file
  if (from === undefined || rows === undefined) return { title, command: "npm run bench -- file" }
  const best = rows.filter(({ rival }) => rival.startsWith("sendfile-"))
  return {
    ...{ id: "file", title },
    finding: best.map(({ rival, ratio }) =>
      `In ${rival.replace("sendfile-", "")} sendFile takes ${number(ratio.median)} of what the ` +
      "runtime’s own pipeTo of the file takes."
    ).join(" "),
    notes: [
      "The file is in memory already. “stream” is pipeTo of fileStream, “pipe” is pipeTo of the runtime’s stream, “from” is sendFrom.",
    ],
    table: {
      head: ["way", "CPU s/GB", "own s/GB", "ratio (least–most)", "copied by the kernel"],
      rows: rows.map((row) => [
        ...[row.rival, number(row.cpu), number(row.cpuOwn), spread(row.ratio), copied(row)],
      ]),
    },
    from: [from],
    conditions: "over one connection",
  }
}

const title = "What a file costs"
