import assert from "node:assert/strict"
import { test } from "node:test"
import { awaitInstead, cannotUse, messageOf, show } from "./show.ts"

const shown: readonly [value: unknown, text: string][] = [
  ["80", '"80"'],
  [80, "80"],
  [80n, "80n"],
  ["", '""'],
  ['a "b"\n', '"a \\"b\\"\\n"'],
  [undefined, "undefined"],
  [null, "null"],
  [NaN, "NaN"],
  [true, "true"],
  [Symbol("s"), "Symbol(s)"],
  [() => {}, "a function"],
  [{ secret: 1 }, "an object"],
  [Object.create(null), "an object"],
  [[1], "an array"],
  [new Uint8Array(1), "a Uint8Array"],
  [new ArrayBuffer(1), "an ArrayBuffer"],
  [new URL("file:///"), "a URL"],
  [new AbortController(), "an AbortController"],
  [{ constructor: { name: 5 } }, "an object"],
]
for (const [value, text] of shown) {
  test(`a message shows ${text}`, () => assert.equal(show(value), text))
}

test("a long text is truncated", () => {
  assert.ok(show("x".repeat(100_000)).length < 100)
})

test("an object whose type cannot be read is still shown", () => {
  const angry = {
    get constructor(): never {
      throw new Error("Not me")
    },
  }
  assert.equal(show(angry), "an object")
})

test("the value of an option follows its name, and can be told apart from it", () => {
  assert.equal(
    cannotUse("port", "80", "a number").message,
    'Cannot use port "80": it must be a number',
  )
  assert.equal(
    cannotUse("port", {}, "a number").message,
    "Cannot use port (an object): it must be a number",
  )
})

test("a thrown value has a message, whether it is an error or not", () => {
  const thrown = [new Error("broken"), { message: "broken" }, "broken"]
  for (const what of thrown) assert.equal(messageOf(what), "broken")
  assert.equal(messageOf(undefined), "undefined")
  assert.equal(messageOf(null), "null")
  assert.equal(messageOf({ message: 5, toString: () => "broken" }), "broken")
})

test("the cure for a promise is to await it", () => {
  assert.equal(awaitInstead(Promise.resolve(1)), "Await it first")
  assert.equal(awaitInstead(1), undefined)
})
