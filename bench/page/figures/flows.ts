import { flows as known } from "../../flows.ts"
import { newestFlows } from "../../report/newest_flows.ts"
import type { Result } from "../../report/result.ts"
import type { Columns } from "../../suites/columns.ts"
import type { FlowRow } from "../../suites/flows.ts"
import { wayColumns } from "../../suites/ways.ts"
import { type Figure, type Gap, tableOf } from "../figure.ts"
import { copied, number } from "../units.ts"

/** What programs send, by every way to send it. */
export function flows(results: readonly Result[]): Figure | Gap {
  const title = "What programs send, and what it costs"
  const rows = newestFlows(results)
  if (rows.length === 0) return { title, command: "npm run bench -- flows" }
  return {
    ...{ id: "flows", title, from: [...new Set(rows.map(({ from }) => from))] },
    finding: ["sendfile", "stream", "pipe"].flatMap((way) => foundOf(rows, way)).join(" "),
    notes: [
      "Files are in memory already. “stream” is pipeTo of fileStream, “pipe” is pipeTo of the runtime’s stream of the file, “from” is sendFrom of it.",
      "“serve” is the runtime’s own HTTP server, which a client at the other end asks, as it asks nginx.",
      "A relay and the body of a fetch come over the same link as they leave; “epoll” is splice without waiting.",
      "What a CompressionStream packs is counted before it is packed.",
    ],
    table: tableOf(rows, columns),
    conditions: "over one connection, or two for a relay",
  }
}

const columns: Columns<FlowRow> = {
  "what is sent": ({ flow }) => known.find(({ name }) => name === flow)?.what ?? flow,
  ...wayColumns,
  // Of notification ids, where there are any.
  "copied by the kernel": (row) => row.zerocopySends > 0 ? copied(row) : "no ids",
}

/** A file by one way, in both runtimes. */
function foundOf(rows: readonly FlowRow[], way: string): readonly string[] {
  return rows.flatMap(({ flow, rival, ofOwn, ofC }) => {
    if (flow !== "file" || !rival.startsWith(`${way}-`) || ofOwn === undefined) return []
    const c = ofC ? ` and ${number(ofC.median)} of sendfile in C` : ""
    return `A file by “${way}” in ${rival.slice(way.length + 1)} takes ${
      number(ofOwn.median)
    } of ` +
      `what the runtime’s own pipeTo takes${c}.`
  })
}
