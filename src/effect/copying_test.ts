import assert from "node:assert/strict"
import { test } from "node:test"
import type { ListenOptions } from "../tcp/open/listen_options.ts"
import { copying } from "./copying.ts"

test("chunks are copied unless the options say otherwise", () => {
  assert.equal(copying({ port: 1 } as ListenOptions).ownership, "copy")
  assert.equal(copying({ port: 1, ownership: "auto" } as ListenOptions).ownership, "auto")
})

test("an undefined ownership counts as missing", () => {
  const undecided = { port: 1, ownership: undefined } as unknown as ListenOptions
  assert.equal(copying(undecided).ownership, "copy")
})

test("inherited options are kept and can be enumerated", () => {
  const options: ListenOptions = Object.create({ port: 1, hostname: "127.0.0.1" })
  const all = copying(options)
  assert.deepEqual([all.port, all.hostname, all.ownership], [1, "127.0.0.1", "copy"])
  const names: string[] = []
  for (const name in all) names.push(name)
  assert.deepEqual(names.sort(), ["hostname", "ownership", "port"])
})

test("a value that is not an object is returned unchanged", () => {
  for (const options of [8080, null, undefined, "localhost"]) {
    assert.equal(copying(options as never), options)
  }
})
