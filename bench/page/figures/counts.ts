import type { Result } from "../../report/result.ts"
import { type Figure, figureOf, type Gap, tableOf } from "../figure.ts"
import { callsOf, namedCalls } from "../../suites/connections.ts"
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
    table: tableOf(rows, {
      chunk: ({ chunkBytes }) => bytes(chunkBytes),
      rival: ({ rival }) => rival,
      "counted by": ({ by }) => by,
      "calls per GB": ({ callsPerGB }) => count(sum(callsPerGB)),
      "most of them": ({ callsPerGB }) => most(callsPerGB),
    }),
    from: [from],
    conditions: "over one connection",
  }
}

/** What a connection costs that is accepted, asked, answered and closed. */
export const connections = (results: readonly Result[]): Figure | Gap =>
  figureOf(results, "connections", "What an accepted connection costs", (rows) => ({
    finding: rows.map((row) =>
      `In ${row.runtime} it takes ${callsOf(row).toFixed(1)} calls to the kernel, and ` +
      `${count(row.heapBytes)} bytes of heap while it is open.`
    ).join(" "),
    notes: ["Each reads a request, answers it, and closes. What the kernel keeps comes on top."],
    table: tableOf(rows, {
      runtime: ({ runtime }) => runtime,
      connections: ({ connections }) => count(connections),
      "heap bytes each": ({ heapBytes }) => count(heapBytes),
      "calls each": (row) => callsOf(row).toFixed(1),
      "by name": namedCalls,
    }),
    conditions: "loopback",
  }))

/** What sockets cost that do nothing. */
export const idle = (results: readonly Result[]): Figure | Gap =>
  figureOf(results, "idle", "What idle sockets cost", (rows) => {
    const most = rows.reduce((a, b) => b.sockets > a.sockets ? b : a)
    return {
      finding:
        `${count(most.sockets)} idle connections: ${most.cpuPercent.toFixed(2)} % of one CPU ` +
        `and ${count(most.wakes)} wakes in five seconds, in ${most.runtime}.`,
      notes: [
        "Both ends of each connection are in the process. What the kernel keeps comes on top.",
      ],
      table: tableOf(rows, {
        runtime: ({ runtime }) => runtime,
        connections: ({ sockets }) => count(sockets),
        "heap bytes each": ({ heapBytesPerSocket }) => count(heapBytesPerSocket),
        "CPU %": ({ cpuPercent }) => cpuPercent.toFixed(2),
        "wakes in 5 s": ({ wakes }) => number(wakes),
      }),
      conditions: "loopback",
    }
  })

/** The most frequent first. */
const most = (calls: Readonly<Record<string, number>>): string =>
  Object.entries(calls).slice(0, 5).map(([name, n]) => `${name} ${count(n)}`).join(", ")

const sum = (calls: Readonly<Record<string, number>>): number =>
  Object.values(calls).reduce((sum, n) => sum + n, 0)
