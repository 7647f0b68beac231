import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { flawOf } from "./check.ts"
import { openLink } from "./link.ts"
import { type Rival, rivals } from "../rivals.ts"
import { inThisRuntime } from "../rivals/in_this_runtime.ts"

const options = { timeout: 60_000 }
const program = inThisRuntime("faulty.mjs")
const job = { chunkBytes: 65_536, totalBytes: 40 * 65_536, source: "views" } as const

const rival = (fault: string): Rival => ({
  name: fault,
  command: ({ address, port, chunkBytes, totalBytes }) => [
    ...[...program, address],
    ...[port, chunkBytes, totalBytes].map(String),
    fault,
  ],
})

describe("a rival gets a row", options, () => {
  const faults = {
    "when all is well": ["none", /^none$/],
    "never when the last byte is missing": ["short", /2621439 of 2621440 bytes arrived/],
    "never when one bit is wrong": ["altered", /unaltered/],
    "never when two chunks have changed places": ["swapped", /unaltered/],
    "never when it does not say what it cost": ["silent", /printed no cost/],
    "never when it stops the clock too early": ["early", /0 of 1 ids/],
    "never when it fails": ["crashing", /It broke/],
  } as const
  for (const [name, [fault, expected]] of Object.entries(faults)) {
    test(name, options, async () => {
      using link = openLink("loopback", { mtu: 1500 })
      assert.match(await flawOf(rival(fault), link, job) ?? "none", expected)
    })
  }

  test(
    "never when it sends all of the ring where only a part of it is wanted",
    options,
    async () => {
      using link = openLink("loopback", { mtu: 1500 })
      const part = { ...job, source: "cached", totalBytes: 80 * 65_536 } as const
      assert.match(await flawOf(rival("none"), link, part) ?? "none", /unaltered/)
    },
  )

  test("never in C where nothing can compile it", options, async () => {
    using link = openLink("loopback", { mtu: 1500 })
    const inC = rivals.filter(({ inC }) => inC)
    assert.equal(inC.length, 3)
    assert.match(await flawOf(inC[0], link, job) ?? "none", /no C compiler/)
  })
})
