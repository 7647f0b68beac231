import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { start } from "./child.ts"

// Bun ends a process in which a FileHandle is collected that is still open.
test("the file of a stream that was dropped half-way is closed, and nothing is said of it", {
  timeout: 60_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), "zerowire-dropped-"))
  using cleanup = new DisposableStack()
  cleanup.defer(() => rmSync(folder, { recursive: true }))
  const path = join(folder, "contents")
  writeFileSync(path, new Uint8Array(1_000_000))
  const child = start("dropped_file_child.ts", path)
  assert.equal(await child.line(), "closed")
  const { code, errors } = await child.ended
  assert.deepEqual([code, errors], [0, ""])
})
