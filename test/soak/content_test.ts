import assert from "node:assert/strict"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { fill, firstWrong, placeOf, writeContents } from "./content.ts"
import { headBytes } from "./plan.ts"

test("the file of contents has every range of every stream that begins behind its head", () => {
  const folder = mkdtempSync(join(tmpdir(), "zerowire-contents-"))
  try {
    const length = 2_500_000
    writeContents(join(folder, "contents"), length)
    const contents = readFileSync(join(folder, "contents"))
    for (const [id, at] of [[0, headBytes], [7, 1_048_583], [99_999, 5_000_000]]) {
      const place = placeOf(id, at)
      const range = contents.subarray(place, place + length)
      assert.equal(range.byteLength, length)
      assert.equal(firstWrong(id, at, range), -1)
      const there = new Uint8Array(length)
      fill(id, at, there)
      assert.equal(Buffer.compare(range, there), 0)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})
