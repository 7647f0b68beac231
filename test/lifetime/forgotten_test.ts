import assert from "node:assert/strict"
import { test } from "node:test"
import { start } from "./child.ts"

test(
  "a dropped socket is closed after its written bytes, with a warning, but not while one of its streams lives",
  { timeout: 120_000 },
  async () => {
    const child = start("forgotten_child.ts")
    const line = await child.line()
    const { code, errors } = await child.ended
    assert.equal(code, 0, errors)
    assert.deepEqual(JSON.parse(line ?? "{}"), { registered: 1, received: [0, 5000, 70_000] })
    assert.equal(errors.match(/was dropped without close\(\) or abort\(\)/g)?.length, 2)
    assert.doesNotMatch(errors, /lost bytes/)
  },
)

test(
  "bytes of a dropped socket that cannot be sent are not lost silently",
  { timeout: 120_000 },
  async () => {
    const { code, errors } = await start("lost_when_dropped_child.ts").ended
    assert.equal(code, 0, errors)
    assert.match(
      errors,
      /a dropped socket .* lost bytes: Connection lost: ETIMEDOUT after \d+ bytes/,
    )
  },
)

test(
  "a connection that has left HTTP and was dropped is closed",
  { timeout: 120_000 },
  async () => {
    const child = start("upgraded_child.ts")
    const line = await child.line()
    const { code, errors } = await child.ended
    assert.equal(code, 0, errors)
    assert.equal(line, "HTTP/1.1 101")
    assert.match(errors, /was dropped without close\(\) or abort\(\)/)
  },
)
