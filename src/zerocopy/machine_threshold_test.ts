import assert from "node:assert/strict"
import { test } from "node:test"
import type { Surroundings } from "../kernel/mod.ts"
import { withCalibration } from "./calibration.ts"
import { machineThreshold } from "./machine_threshold.ts"

const machine = { kernel: "6.18.5", cpu: "Some CPU" }
const measured = withCalibration(undefined, { ...machine, runtime: "bun", threshold: 32_768 })
const unset = { bytes: 16 * 1024, source: "default" }

test("by default it is 16 KiB", () => {
  assert.deepEqual(machineThreshold(place({}, {})), unset)
})

test("a measured value is read from the cache, wherever the environment puts it", () => {
  const found = { bytes: 32_768, source: "calibration" }
  const inHome = { "/home/a/.cache/zerowire/calibration.json": measured }
  assert.deepEqual(machineThreshold(place({ HOME: "/home/a" }, inHome)), found)
  const elsewhere = { "/cache/zerowire/calibration.json": measured }
  const variables = { HOME: "/home/a", XDG_CACHE_HOME: "/cache" }
  assert.deepEqual(machineThreshold(place(variables, elsewhere)), found)
  assert.deepEqual(
    machineThreshold(place({ ...variables, XDG_CACHE_HOME: "cache" }, inHome)),
    found,
  )
})

test("the environment wins over a measurement", () => {
  const files = { "/home/a/.cache/zerowire/calibration.json": measured }
  for (const [text, bytes] of [["4096", 4096], ["64 KiB", 65_536], ["1MiB", 1_048_576]] as const) {
    const variables = { HOME: "/home/a", ZEROWIRE_THRESHOLD: text }
    assert.deepEqual(machineThreshold(place(variables, files)), { bytes, source: "environment" })
  }
  const empty = place({ HOME: "/home/a", ZEROWIRE_THRESHOLD: "" }, files)
  assert.equal(machineThreshold(empty).source, "calibration")
})

test("a variable that is not a number of bytes is refused by name", () => {
  for (const text of ["0", "-1", "many", "1e9", "12 GB", "99999999999999999999"]) {
    const wrong = place({ ZEROWIRE_THRESHOLD: text }, {})
    assert.throws(() => machineThreshold(wrong), {
      name: "TypeError",
      message: /ZEROWIRE_THRESHOLD/,
    })
  }
})

test("a cache that is corrupt, or of another machine or runtime, is ignored", () => {
  for (
    const text of ["", "{", measured.replace("6.18.5", "6.1"), measured.replace("bun", "deno")]
  ) {
    const files = { "/home/a/.cache/zerowire/calibration.json": text }
    assert.deepEqual(machineThreshold(place({ HOME: "/home/a" }, files)), unset)
  }
})

function place(
  variables: Record<string, string>,
  files: Record<string, string>,
): Surroundings {
  return {
    runtime: "bun",
    variable: (name) => variables[name],
    text: (path) => files[path],
    machine: () => machine,
  }
}
