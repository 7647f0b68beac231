import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { parseRanges } from "./ranges.ts"

// What single headers come to is in test/http_files/cases.ts.

const place = fc.oneof(fc.nat(40), fc.maxSafeNat())
const spec = fc.oneof(
  fc.tuple(place, place).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
  place.map((first) => `${first}-`),
  place.map((length) => `-${length}`),
)
const specs = fc.array(spec, { minLength: 1, maxLength: 16 })

test("ranges are in the file, do not overlap, and have just the bytes that were asked for", () => {
  fc.assert(fc.property(specs, fc.integer({ min: 1, max: 50 }), (specs, size) => {
    const wanted = new Set(specs.flatMap((spec) => bytesOf(spec, size)))
    const ranges = parseRanges(`bytes=${specs.join(" , ")}`, size)
    assert.ok(ranges !== "whole")
    if (ranges === "unsatisfiable") return assert.equal(wanted.size, 0)
    const sent = ranges.flatMap(({ start, end }) => {
      assert.ok(0 <= start && start < end && end <= size)
      return Array.from({ length: end - start }, (_, i) => start + i)
    })
    assert.equal(sent.length, new Set(sent).size)
    assert.deepEqual(new Set(sent), wanted)
  }))
})

test("ranges that do not overlap keep their order", () => {
  const ranges = parseRanges("bytes=40-49,0-9,20-29", 100)
  assert.deepEqual(ranges, [{ start: 40, end: 50 }, { start: 0, end: 10 }, { start: 20, end: 30 }])
})

test("more than 16 ranges are not looked at", () => {
  const of = (count: number) =>
    parseRanges(`bytes=${Array.from({ length: count }, (_, i) => `${2 * i}-${2 * i}`)}`, 100)
  assert.equal(of(16).length, 16)
  assert.equal(of(17), "whole")
})

test("numbers of any length are read", () => {
  const long = "9".repeat(400)
  assert.deepEqual(parseRanges(`bytes=1-${long}`, 10), [{ start: 1, end: 10 }])
  assert.deepEqual(parseRanges(`bytes=-${long}`, 10), [{ start: 0, end: 10 }])
  assert.equal(parseRanges(`bytes=${long}-`, 10), "unsatisfiable")
})

/** The places of a file that a spec names, found one by one. */
function bytesOf(spec: string, size: number): readonly number[] {
  const [first, last] = spec.split("-")
  const names = (place: number) =>
    first === ""
      ? place >= size - Number(last)
      : place >= Number(first) && (last === "" || place <= Number(last))
  return Array.from({ length: size }, (_, place) => place).filter(names)
}
