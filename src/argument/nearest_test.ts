import assert from "node:assert/strict"
import { test } from "node:test"
import { nearest } from "./nearest.ts"

const opening = [
  ...["hostname", "port", "connectTimeout", "signal", "backlog", "reusePort", "ownership"],
  ...["zerocopy", "threshold", "highWaterMark", "hugePages", "noDelay", "closeTimeout"],
]
const file = ["start", "end", "signal"]
const slab = ["slotBytes", "slots", "hugePages", "detach", "onViolation", "protect"]

/** What people write, and what they mean. */
const meant: readonly [written: string, meant: string | undefined, names: readonly string[]][] = [
  ["host", "hostname", opening],
  ["hostName", "hostname", opening],
  ["hostnam", "hostname", opening],
  ["prot", "port", opening],
  ["timeout", "connectTimeout", opening],
  ["timeout", "closeTimeout", ["closeTimeout"]],
  ["close_timeout", "closeTimeout", opening],
  ["reuse-port", "reusePort", opening],
  ["nodelay", "noDelay", opening],
  ["zeroCopy", "zerocopy", opening],
  ["treshhold", "threshold", opening],
  ["connectionTimeout", "connectTimeout", opening],
  ["offset", "start", file],
  ["begin", "start", file],
  ["to", "end", file],
  ["slotSize", "slotBytes", slab],
  ["count", "slots", slab],
  ["offset", undefined, slab],
  ["tls", undefined, opening],
  ["constructor", undefined, opening],
  ["fd", undefined, file],
  ["", undefined, file],
]
for (const [written, name, names] of meant) {
  test(`"${written}" is ${name ?? "nothing"} among ${names.length}`, () => {
    assert.equal(nearest(written, names), name)
  })
}
