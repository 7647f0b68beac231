import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { Refusal } from "../parser/refusal.ts"
import type { Greeting } from "./greeting.ts"
import { ProxyHeader } from "./proxy_header.ts"
import { signatureV1 } from "./proxy_v1.ts"
import { signatureV2 } from "./proxy_v2.ts"

/** What comes of these pieces: the greeting and the bytes that follow it, or why there is none. */
function outcome(pieces: readonly Uint8Array[]): unknown {
  const header = new ProxyHeader()
  let taken = 0
  try {
    for (const piece of pieces) {
      const n = header.take(piece)
      assert.ok(n >= 0 && n <= piece.length)
      taken += n
      const { greeting } = header
      if (greeting === undefined) continue
      assert.equal(taken, greeting.byteLength)
      return greeting satisfies Greeting
    }
    return "more"
  } catch (failure) {
    assert.ok(failure instanceof Refusal, String(failure))
    return failure.message
  }
}

const pieces = fc.uint8Array({ maxLength: 40 })
const start = fc.constantFrom(
  new Uint8Array(),
  signatureV1,
  new TextEncoder().encode("PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n"),
  signatureV2,
  Uint8Array.of(...signatureV2, 0x21, 0x11, 0, 12),
  Uint8Array.of(...signatureV2, 0x20, 0, 0, 3),
)

test("any bytes come out the same, however they are cut", () =>
  fc.assert(
    fc.property(start, fc.array(pieces), fc.nat(60), (start, rest, cut) => {
      const bytes = Uint8Array.from([start, ...rest].flatMap((piece) => [...piece]))
      fc.pre(bytes.length > 0)
      const whole = outcome([bytes])
      assert.deepEqual(outcome([bytes.subarray(0, cut), bytes.subarray(cut)]), whole)
      assert.deepEqual(outcome(Array.from(bytes, (byte) => Uint8Array.of(byte))), whole)
    }),
    { numRuns: 500 },
  ))
