import assert from "node:assert/strict"
import { test } from "node:test"
import { headOf } from "./head.ts"

const head = (headers: Iterable<[string, string]>, statusText = "") =>
  headOf({
    status: 200,
    statusText,
    // Runtimes differ in what they let through, so this stands in for the most generous.
    headers: headers as Headers,
    type: undefined,
    length: 0,
    connection: undefined,
  })

test("a value that would end its line is refused, whatever Headers lets through", () => {
  for (const bad of ["a\r\nx: y", "a\nb", "a\rb", "a\0b", "a\x7fb", "\u010d\u010ax: y", "\u2028"]) {
    assert.throws(() => head([["x-a", bad]]), TypeError, JSON.stringify(bad))
    assert.throws(() => head([], bad), TypeError, JSON.stringify(bad))
  }
  assert.match(head([["x-a", "a\t\xe4 ~"]]), /^x-a: a\t\xe4 ~\r$/m)
})

test("there is one date, the response's own if it has one", () => {
  assert.equal(head([]).match(/^date: /gm)?.length, 1)
  const own = head([["date", "Thu, 01 Jan 1970 00:00:00 GMT"]])
  assert.deepEqual(own.match(/^date: .*$/gm), ["date: Thu, 01 Jan 1970 00:00:00 GMT"])
})
