import assert from "node:assert/strict"
import { test } from "node:test"
import { findingsIn, isForeign } from "./doc_lint.mjs"

const reference = (line: number, code: string) =>
  `error[private-type-ref]: public type 'Listener["accept"]' references private type 'Effect'
  --> /project/src/listen.ts:25:3
   | 
25 |   readonly accept: Effect<Socket>
   |   ^
   = hint: make the referenced type public or remove the reference
   | 
${line} | ${code}
   | - this is the referenced type
   | 

  info: to ensure documentation is complete all types that are exposed in the public API must be public`

const missing = `error[missing-jsdoc]: exported symbol is missing JSDoc documentation
  --> /project/src/listen.ts:2:3
  | 
2 |   readonly addr: string
  |   ^`

const source = "/** A port. */\nexport interface Effect {\n}\n"

test("each finding is taken by itself, and the count after them is none", () => {
  const output = `${
    reference(2, "x")
  }\n\n\n${missing}\n\n\nerror: Found 2 documentation lint errors.`
  assert.deepEqual(findingsIn(output), [reference(2, "x"), missing])
})

test("a private type that stands in one of our files is a finding", () => {
  assert.equal(isForeign(reference(2, "export interface Effect {"), ["", source]), false)
})

test("a private type that stands in none of our files is another package's", () => {
  assert.equal(isForeign(reference(85, "export interface Effect {"), [source]), true)
  assert.equal(isForeign(reference(2, "export interface Effect<out A> {"), [source]), true)
})

test("a missing comment is a finding, and so is what was not understood", () => {
  assert.equal(isForeign(missing, [source]), false)
  assert.equal(isForeign("error[private-type-ref]: something else", [source]), false)
})
