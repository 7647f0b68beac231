import assert from "node:assert/strict"
import { test } from "node:test"
import { foreignMarkOf, mark, markOf, twoCopies } from "./copies.ts"

class Thing {}
mark(Thing, "Thing")

class Foreign {}
const key = Object.getOwnPropertySymbols(Thing.prototype)[0]
Object.defineProperty(Foreign.prototype, key, { value: { name: "Thing", from: "file:///b.js" } })

test("an instance of a marked class is recognised by its name in any copy", () => {
  assert.equal(markOf(new Thing())?.name, "Thing")
  assert.equal(markOf(new Foreign())?.name, "Thing")
  for (const other of [{}, null, undefined, "Thing", 5]) assert.equal(markOf(other), undefined)
})

test("instances of another copy differ from our own, even if both were loaded from the same place", () => {
  assert.equal(foreignMarkOf(new Thing()), undefined)
  assert.equal(foreignMarkOf(new Foreign())?.from, "file:///b.js")
  class Twin {}
  Object.defineProperty(Twin.prototype, key, { value: { ...markOf(new Thing()) } })
  assert.equal(foreignMarkOf(new Twin())?.from, markOf(new Thing())?.from)
})

test("the message names both places", () => {
  const message = twoCopies({ name: "Thing", from: "file:///b.js" })
  assert.match(message, /the Thing belongs to another copy/)
  assert.ok(message.includes("file:///b.js") && message.includes(import.meta.url.slice(0, -8)))
})

test("a mark does not show", () => {
  assert.deepEqual(Object.keys(new Thing()), [])
  assert.deepEqual({ ...new Thing() }, {})
  const seen: string[] = []
  for (const name in new Thing()) seen.push(name)
  assert.deepEqual(seen, [])
})
