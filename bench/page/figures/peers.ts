import type { FanoutRow } from "../../suites/fanout.ts"
import type { Result } from "../../report/result.ts"
import { type Figure, figureOf, type Gap, tableOf } from "../figure.ts"
import { linesSpec } from "../lines.ts"
import { linesOf } from "../panels.ts"
import { bytes, copied, count, number, spread } from "../units.ts"

/** What a GB costs against the number of peers that it is sent to at once. */
export const peers = (results: readonly Result[]): Figure | Gap =>
  figureOf(results, "fanout", "What many peers cost", (rows) => {
    const panels = modes.map(([mode, title]) => ({
      title,
      lines: linesOf(
        rows.filter((row) => row.mode === mode)
          .map(({ rival, peers, cpu }) => ({ rival, point: { x: peers, ...cpu } })),
      ).map((line) => ({ ...line, label: line.rival })),
    }))
    const axes = { x: { title: "peers", text: count }, y: { title: "CPU seconds per GB" } }
    const [{ chunkBytes, totalBytes }] = rows
    return {
      id: "peers",
      finding: findingOf(rows),
      notes: [
        "All peers take at once. The bytes are those to all peers together, so a level line means that a " +
        "further peer costs no more than its bytes. Connecting is not in it.",
      ],
      draw: (width) => linesSpec({ panels, ...axes }, width),
      table: tableOf(rows, {
        mode: ({ mode }) => mode,
        peers: ({ peers }) => count(peers),
        rival: ({ rival }) => rival,
        "CPU s/GB (least–most)": ({ cpu }) => spread(cpu),
        "Gbit/s, all together": ({ bytesPerSecond }) => number(bytesPerSecond * 8 / 1e9),
        "slowest of median": ({ slowestOfMedian }) => number(slowestOfMedian),
        "copied by the kernel": copied,
      }),
      conditions: `chunks of ${bytes(chunkBytes)}, ${
        number(totalBytes / 1e9)
      } GB to all peers together`,
    }
  })

/** Of the most peers that Zerowire sent to. */
function findingOf(rows: readonly FanoutRow[]): string {
  const ours = rows.filter(({ rival }) => rival.startsWith("zerowire-"))
  const most = Math.max(...ours.map(({ peers }) => peers))
  const parts = ours.filter(({ peers }) => peers === most).flatMap(({ rival, mode, cpu }) => {
    const own = rows.find((row) =>
      row.rival === rival.replace("zerowire", "own") && row.mode === mode && row.peers === most
    )
    if (own === undefined) return []
    return [`${number(cpu.median / own.cpu.median)} of ${own.rival} (${mode})`]
  })
  return `To ${count(most)} peers, Zerowire takes ${parts.join(", ") || "what the table says"}.`
}

const modes = [["shared", "one body for all peers"], ["active", "a body for each peer"]] as const
