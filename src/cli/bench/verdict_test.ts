import assert from "node:assert/strict"
import { describe, test } from "node:test"
import type { Compared } from "./compare.ts"
import { header, legend, row } from "./table.ts"
import { type Contest, verdict } from "./verdict.ts"

const compared = (source: Compared["source"], ratio: number, more = {}): Compared => ({
  ...{ source, name: "fileStream", own: false, gigabitsPerSecond: 9.5, cpuSecondsPerGB: 0.4 },
  ...{ ratio, least: ratio - 0.1, most: ratio + 0.1 },
  ...{ bytes: 1e8, copiedBytes: 0, unknownBytes: 0, reasons: {}, ...more },
})
const own = compared("file", 1, { name: "own pipeTo", own: true, copiedBytes: 1e8 })
const contest = (...rows: readonly Compared[]): Contest => ({
  ...{ runtime: "Bun", to: { hostname: "192.0.2.7", port: 9 }, loopback: false },
  rows: [own, ...rows],
})
const plain = (text: string) => text.replaceAll("\n", " ")

describe("what zerowire bench prints", () => {
  test("fits into 80 columns", () => {
    const wide = compared("memory", 12.345, { most: 99.99, copiedBytes: 1e7, unknownBytes: 8e7 })
    const lines = [header(), row(own), row(wide), legend(1e9, 100), verdict(contest(wide))]
    for (const line of lines.join("\n").split("\n")) assert.ok(line.length <= 80, line)
  })

  test("is a sentence about both ways to send, also where Zerowire loses", () => {
    assert.equal(
      plain(verdict(contest(compared("file", 0.25), compared("memory", 1.5)))),
      "Where Bun's own pipeTo takes 1 s of CPU time to 192.0.2.7, Zerowire takes 0.25 s for the file " +
        "and 1.50 s for the memory.",
    )
    assert.match(plain(verdict({ ...contest(), loopback: true })), / over loopback,/)
  })

  test("calls a difference unclear that not all rounds show", () => {
    assert.match(
      plain(verdict(contest(compared("file", 0.95)))),
      /0\.95 s for the file \(no clear difference\)\.$/,
    )
  })

  test("says why memory was copied, and what to do", () => {
    const said = (reasons: object) => plain(verdict(contest(compared("memory", 1.5, { reasons }))))
    assert.match(
      said({ local: 9e7, small: 1e3 }),
      /The memory was copied because the peer is this host.* zerowire bench HOST:PORT with a receiver/,
    )
    const memory = compared("memory", 1.5, { reasons: { copied: 9e7, local: 1e6 } })
    assert.match(
      plain(verdict({ ...contest(memory), loopback: true })),
      /copied because the peer is this host/,
    )
    assert.match(
      said({ nobufs: 5e7 }),
      /copied because the kernel had no room.* zerowire doctor 192\.0\.2\.7 says/,
    )
    assert.doesNotMatch(said({ small: 1e3 }), /was copied/)
  })

  test("has the ratio and its range only where something is compared", () => {
    assert.match(row(compared("file", 0.25)), / 0\.25 +0\.15-0\.35 +0 %$/)
    assert.doesNotMatch(row(own), /1\.00/)
  })
})
