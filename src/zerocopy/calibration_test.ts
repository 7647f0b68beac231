import assert from "node:assert/strict"
import { test } from "node:test"
import { type Calibration, thresholdIn, withCalibration } from "./calibration.ts"

const here = { kernel: "6.18.5", cpu: "Some CPU" }
const entry: Calibration = { ...here, runtime: "bun", threshold: 32_768 }

test("an entry is found again, but only for this kernel, processor and runtime", () => {
  const text = withCalibration(undefined, entry)
  assert.equal(thresholdIn(text, "bun", () => here), 32_768)
  assert.equal(thresholdIn(text, "deno", () => here), undefined)
  assert.equal(thresholdIn(text, "bun", () => ({ ...here, kernel: "6.18.6" })), undefined)
  assert.equal(thresholdIn(text, "bun", () => ({ ...here, cpu: "Another" })), undefined)
  assert.equal(thresholdIn(text, "bun", () => undefined), undefined)
})

test("a later measurement replaces the earlier one, and others stay", () => {
  const first = withCalibration(withCalibration("", entry), { ...entry, runtime: "deno" })
  const text = withCalibration(first, { ...entry, threshold: 8192 })
  assert.equal(thresholdIn(text, "bun", () => here), 8192)
  assert.equal(thresholdIn(text, "deno", () => here), 32_768)
  assert.equal(JSON.parse(text).entries.length, 2)
})

test("only the kernel, the processor, the runtime and the threshold are written", () => {
  const more = { ...entry, user: "somebody" }
  const { entries } = JSON.parse(withCalibration(undefined, more))
  assert.deepEqual(entries, [entry])
})

test("a cache that is truncated, foreign or absurd has no entries", () => {
  const good = withCalibration(undefined, entry)
  const texts = [
    ...["", "null", "7", "[]", "{}", '{"version":1}', '{"version":1,"entries":{}}'],
    ...['{"version":1,"entries":[null,7,"x",[]]}', good.slice(0, -10)],
    good.replace('"version": 1', '"version": 2'),
    ...["-1", "0", "1e300", "12.5", '"32768"', "null", "17000000"].map((threshold) =>
      good.replace("32768", threshold)
    ),
  ]
  for (const text of texts) {
    assert.equal(thresholdIn(text, "bun", () => here), undefined, text)
    assert.equal(JSON.parse(withCalibration(text, entry)).entries.length, 1, text)
  }
})

test("the machine is not inspected if no entry is for this runtime", () => {
  const never = () => assert.fail("it was asked")
  assert.equal(thresholdIn(withCalibration(undefined, entry), "deno", never), undefined)
})
