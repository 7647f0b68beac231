import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { copiedBytes, header, isGood, legend, row, verdict } from "./report.ts"
import type { RunResult } from "./run.ts"

const result = (way: RunResult["way"], cpuSecondsPerGB: number, more = {}): RunResult => ({
  ...{ runtime: "bun", link: "loopback", way, bytes: 1e8, seconds: 0.5, cpuSecondsPerGB },
  ...{ sends: 3, zerocopySends: 2, notified: 2, copied: 0, unknown: 0 },
  ...{ copiedBytes: 0, unknownBytes: 0, reasons: {}, released: 3, held: 0 },
  ...{ sha256Sent: "a", sha256Received: "a", ...more },
})
const own = result("own", 1, { copiedBytes: 1e8 })
const wide = { reasons: { local: 1e8, copied: 123_456_789, probing: 1e6 } }
const plain = (text: string | undefined) => text?.replaceAll(/\s+/g, " ").trim()

describe("the main job's report", () => {
  test("fits into 80 columns", () => {
    const lines = [header(), row(result("stream", 12.345), own), row(own, own)]
    lines.push(copiedBytes(result("stream", 1, { ...wide, link: "lab" })) ?? "")
    lines.push(verdict([own, result("fileStream", 0.5), result("stream", 1.5)]) ?? "")
    lines.push(legend([own]))
    for (const line of lines.join("\n").split("\n")) assert.ok(line.length <= 80, line)
  })

  test("compares every way with the runtime's own over each link, also where it loses", () => {
    const results = [own, result("fileStream", 0.25), result("stream", 1.5)]
    const overLab = [own, result("fileStream", 0.5)].map((run) => ({ ...run, link: "lab" }))
    assert.equal(
      plain(verdict([...results, ...overLab])),
      "CPU time, where Bun's own pipeTo takes 1: Zerowire's fileStream takes 0.25 over loopback and " +
        "0.50 over lab. Bun's own stream of the file, piped into Zerowire, takes 1.50 over loopback.",
    )
    assert.match(row(results[2], own), / 1\.50 /)
  })

  test("says that the ratios of a small file mean little", () => {
    const small = { bytes: 1e6 }
    const results = [result("own", 1, small), result("fileStream", 1, small)]
    assert.match(plain(verdict(results)) ?? "", /too small for the ratios to mean much\.$/)
  })

  test("has no verdict without something to compare", () => {
    assert.equal(verdict([result("fileStream", 1)]), undefined)
    assert.equal(verdict([own]), undefined)
  })

  test("explains copies that the link does not explain", () => {
    const copied = { reasons: { local: 1e8, nobufs: 5 } }
    assert.equal(
      plain(copiedBytes(result("stream", 1, copied))),
      "its own stream copied 5 bytes, because the kernel had no room to pin more.",
    )
    assert.equal(copiedBytes(result("stream", 1, wide)), undefined)
    assert.match(
      plain(copiedBytes(result("stream", 1, { ...copied, link: "lab" }))) ?? "",
      /local|peer/,
    )
  })

  test("gives a range where the kernel did not report which bytes it copied", () => {
    const unsure = result("stream", 1, { copiedBytes: 1e7, unknownBytes: 2e7 })
    assert.match(row(unsure, own), / 10–30 % /)
  })

  test("never calls a run good that lost bytes or kept memory", () => {
    assert.ok(isGood(own))
    for (const flaw of [{ sha256Received: "b" }, { held: 1 }]) {
      const bad = result("stream", 1, flaw)
      assert.ok(!isGood(bad))
      assert.match(row(bad, own), /DIFFER|1 HELD/)
    }
  })
})
