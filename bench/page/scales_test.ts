import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { decimalScale, measuredScale, pixel, type Scale, spaced } from "./scales.ts"

test("labels keep their order and their distance, wherever their lines end", () => {
  const places = fc.array(fc.double({ min: 0, max: 300, noNaN: true }), {
    minLength: 1,
    maxLength: 15,
  })
  fc.assert(fc.property(places, (places) => {
    const moved = spaced(places, 16, 300)
    const order = places.map((_, i) => i).toSorted((a, b) => places[a] - places[b])
    const sorted = order.map((i) => moved[i])
    for (const [i, place] of sorted.entries()) {
      assert.ok(place >= 0 && place <= 300, `${place} is outside`)
      if (i > 0) assert.ok(place - sorted[i - 1] >= 16 - 1e-9, `${sorted} is too close`)
    }
  }))
})

test("labels that are far enough apart stay where they are", () => {
  assert.deepEqual(spaced([100, 20, 200], 16, 300), [100, 20, 200])
})

test("an axis has a tick at 1, 2 and 5 within what was measured", () => {
  const { domain, values } = decimalScale([0.12, 2.3])
  assert.deepEqual(values, [0.2, 0.5, 1, 2])
  assert.deepEqual(decimalScale([0.22, 0.6]).values, [0.2, 0.3, 0.4, 0.5])
  assert.ok(domain[0] < 0.12 && domain[1] > 2.3)
})

test("the largest size has a tick, however few there is room for", () => {
  assert.deepEqual(measuredScale([1024, 4096, 16_384, 65_536, 4096], 2).values, [4096, 65_536])
})

test("the same factor is the same distance everywhere", () => {
  const scale: Scale = { domain: [0.25, 4], values: [] }
  const at = [0.25, 0.5, 1, 2, 4].map((value) => pixel(scale, value, 400))
  assert.deepEqual(at, [400, 300, 200, 100, 0])
})
