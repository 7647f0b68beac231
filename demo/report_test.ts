import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { copiedBytes, header, isGood, row, verdict } from "./report.ts"
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
    lines.push(copiedBytes(result("stream", 1, wide)) ?? "")
    lines.push(verdict([own, result("fileStream", 0.5), result("stream", 1.5)]) ?? "")
    for (const line of lines.join("\n").split("\n")) assert.ok(line.length <= 80, line)
  })

  test("compares every way with the runtime's own, also where it loses", () => {
    const results = [own, result("fileStream", 0.25), result("stream", 1.5)]
    assert.equal(
      plain(verdict(results)),
      "Beside Bun's own pipeTo, fileStream takes 0.25 of the CPU time, and its own stream of the " +
        "file, piped into Zerowire, takes 1.50 times the CPU time.",
    )
    assert.match(row(results[2], own), / 1\.50 /)
  })

  test("says that a difference of a twentieth is none", () => {
    assert.match(plain(verdict([own, result("fileStream", 1.04)])) ?? "", /as much CPU time\./)
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
