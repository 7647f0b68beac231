import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { openLink } from "../peers/link.ts"
import { startListener } from "../peers/listener.ts"
import type { Passage, Rival } from "../rivals.ts"
import { inThisRuntime } from "../rivals/in_this_runtime.ts"
import { flawOfRelay } from "./relay.ts"

const options = { timeout: 60_000 }

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
