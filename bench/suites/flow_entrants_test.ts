import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { openLink } from "../peers/link.ts"
import { startListener } from "../peers/listener.ts"
import type { Passage, Rival } from "../rivals.ts"
import { inThisRuntime } from "../rivals/in_this_runtime.ts"
import { entrantsOf, flawOfRelay } from "./flow_entrants.ts"

const options = { timeout: 60_000 }

test("a server that is not installed has no row, and a line says how to get it", async () => {
  using link = openLink("loopback", { mtu: 1500 })
  const server: Rival = { name: "server", needs: "not-a-server", command: () => ["false"] }
  const flow = {
    name: "file",
    what: "",
    source: "views",
    chunkBytes: 65_536,
    servers: [server],
  } as const
  const ports = { receiver: 0, asker: 0, source: 0, [Symbol.asyncDispose]: () => Promise.resolve() }
  const size = { totalBytes: 1, warmBytes: 0 }
  const flaw = await entrantsOf(flow, link, ports, size, undefined).get("server")?.flaw()
  assert.match(flaw ?? "", /not-a-server is not installed: as root, `apt-get install not-a-server`/)
})

describe("a relay gets a row", options, () => {
  const faults = {
    "when all is well": ["none", /^none$/],
    "never when the last byte is missing": ["short", /70000000 of 70000001 bytes arrived/],
    "never when one bit is wrong": ["altered", /unaltered/],
    "never when it does not say what it cost": ["silent", /printed no cost/],
    "never when it does not say what was copied": ["secretive", /did not say copiedBytes/],
    "never when it fails": ["crashing", /It broke/],
  } as const
  const rival = (fault: string): Rival<Passage> => ({
    name: fault,
    command: ({ address, port, sourcePort, totalBytes, warmBytes }) => [
      ...[...inThisRuntime("faulty_relay.mjs"), address],
      ...[port, sourcePort, totalBytes, warmBytes, fault].map(String),
    ],
  })
  for (const [name, [fault, expected]] of Object.entries(faults)) {
    test(name, options, async () => {
      using link = openLink("loopback", { mtu: 1500 })
      await using feeder = await startListener(link, "feeder", [], undefined)
      const flaw = await flawOfRelay(rival(fault), link, { sourcePort: feeder.port }, undefined)
      assert.match(flaw ?? "none", expected)
    })
  }
})
