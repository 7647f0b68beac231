import type { Result } from "../../report/result.ts"
import type { Figure, Gap } from "../figure.ts"
import { bytes, count, number } from "../units.ts"

/** System calls for each GB. */
export function calls(results: readonly Result[]): Figure | Gap {
  const title = "How often the kernel is called"
  const from = results.findLast(({ calls }) => calls !== undefined && calls.rows.length > 0)
  if (from?.calls === undefined) return { title, command: "npm run bench -- calls" }
  const { costs, rows } = from.calls
  return {
    ...{ id: "calls", title },
    finding: costs.map(({ runtime, callNanos, systemCallNanos }) =>
      `In ${runtime} a call through FFI takes ${callNanos.toFixed(0)} ns, and ` +
      `${systemCallNanos.toFixed(0)} ns with a system call that does nothing.`
    ).join(" "),
    notes: [
      "Calls for each 10⁹ bytes. “port” counts what Zerowire asks of the kernel; “strace” counts every system " +
      "call of the process, which it slows down.",
    ],
    table: {
      head: ["chunk", "rival", "counted by", "calls per GB", "most of them"],
      rows: rows.map(({ rival, chunkBytes, by, callsPerGB }) => {
        const all = Object.entries(callsPerGB)
        return [
          ...[bytes(chunkBytes), rival, by, count(all.reduce((sum, [, n]) => sum + n, 0))],
          all.slice(0, 5).map(([name, n]) => `${name} ${count(n)}`).join(", "),
        ]
      }),
    },
    from: [from],
    conditions: "over one connection",
  }
}

/** What sockets cost that do nothing. */
export function idle(results: readonly Result[]): Figure | Gap {
  const title = "What idle sockets cost"
  const from = results.findLast(({ idle }) => idle !== undefined && idle.length > 0)
  const rows = from?.idle
  if (from === undefined || rows === undefined) return { title, command: "npm run bench -- idle" }
  const most = rows.reduce((a, b) => b.sockets > a.sockets ? b : a)
  return {
    ...{ id: "idle", title },
    finding:
      `${count(most.sockets)} idle connections: ${most.cpuPercent.toFixed(2)} % of one CPU and ` +
      `${count(most.wakes)} wakes in five seconds, in ${most.runtime}.`,
    notes: ["Both ends of each connection are in the process. What the kernel keeps comes on top."],
    table: {
      head: ["runtime", "connections", "heap bytes each", "CPU %", "wakes in 5 s"],
      rows: rows.map(({ runtime, sockets, heapBytesPerSocket, cpuPercent, wakes }) => [
        ...[
          runtime,
          count(sockets),
          count(heapBytesPerSocket),
          cpuPercent.toFixed(2),
          number(wakes),
        ],
      ]),
    },
    from: [from],
    conditions: "loopback",
  }
}
