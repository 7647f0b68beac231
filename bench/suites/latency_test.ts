import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { type AddressInfo, createServer } from "node:net"
import { describe, test } from "node:test"
import { text } from "node:stream/consumers"
import { sampleCost } from "../method/cost_sample.ts"
import { flawOfLatency, type LatencyCost, latencyRowsOf } from "./latency.ts"
import { openLink } from "../peers/link.ts"
import type { Exchange, Rival } from "../rivals.ts"
import { inThisRuntime } from "../rivals/in_this_runtime.ts"

const options = { timeout: 60_000 }

const cost = (medianMicros: number, cpu: number): LatencyCost =>
  sampleCost(cpu, { messages: 1000, medianMicros, p99Micros: 10 * medianMicros })

test("a rival that is twice as slow and twice as dear is reported so", () => {
  const rounds = [10, 30, 20].map((micros) =>
    new Map([["a", cost(micros, 1)], ["b", cost(2 * micros, 2)]])
  )
  const [a, b] = latencyRowsOf(rounds, 200)
  assert.deepEqual([a.median, a.p99, a.cpuMicros], [20, 200, 1000])
  assert.deepEqual([b.median, b.p99, b.cpuMicros], [40, 400, 2000])
})

test("a row says what the kernel copied in all rounds together", () => {
  const rounds = [new Map([["a", cost(1, 1)]]), new Map([["a", cost(1, 1)]])]
  const [{ messageBytes, zerocopySends, kernelCopied, unknown }] = latencyRowsOf(rounds, 200)
  assert.deepEqual([messageBytes, zerocopySends, kernelCopied, unknown], [200, 20, 2, 4])
})

describe("a rival that exchanges messages gets a row", options, () => {
  const faults = {
    "when all is well": ["none", /^none$/],
    "never when one bit of a message is wrong": ["altered", /unaltered/],
    "never when it does not wait for the answer": ["impatient", /did not wait/],
    "never when it sends less than it says": ["lazy", /19800 of 20000 bytes/],
    "never when it says that it sent less": ["honest", /99 of 100 messages/],
    "never when it does not say how long it took": ["silent", /did not say p99Micros/],
  } as const
  const rival = (fault: string): Rival<Exchange> => ({
    name: fault,
    command: ({ address, port, messageBytes, messages, warmMessages }) => [
      ...[...inThisRuntime("faulty_ping.mjs"), address],
      ...[port, messageBytes, messages, warmMessages, fault].map(String),
    ],
  })
  for (const [name, [fault, expected]] of Object.entries(faults)) {
    test(name, options, async () => {
      using link = openLink("loopback", { mtu: 1500 })
      const flaw = await flawOfLatency(rival(fault), link, { messageBytes: 200 }, undefined)
      assert.match(flaw ?? "none", expected)
    })
  }
})

for (const file of ["ping.ts", "ping_handlers.ts", "ping_own.mjs"]) {
  test(
    `a peer that answers a message twice, or another one, ends the run (${file})`,
    options,
    async () => {
      const server = createServer((socket) => {
        let messages = 0
        // The second answer has the number of the first.
        socket.on("data", () => socket.write(Uint8Array.of(messages++ === 1 ? 0 : messages - 1)))
        socket.on("error", () => {})
      }).listen(0, "127.0.0.1")
      await once(server, "listening")
      const [name, ...args] = inThisRuntime(file)
      const { port } = server.address() as AddressInfo
      const child = spawn(name, [...args, "127.0.0.1", String(port), "10", "5", "0"])
      const complaint = text(child.stderr)
      const [status] = await once(child, "close")
      assert.notEqual(status, 0)
      assert.match(await complaint, /Message 1 was answered 0/)
      server.close()
    },
  )
}
