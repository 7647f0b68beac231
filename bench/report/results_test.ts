import assert from "node:assert/strict"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { TemporaryFolder } from "../../tools/temporary_folder.ts"
import type { Result } from "./result.ts"
import { newestResults, seriesOf } from "./results.ts"

const result = (date: string, chunkBytes: number, rival: string): Result =>
  ({ date, series: [{ link: "lab", mtu: 1500, chunkBytes, rows: [{ rival }] }] }) as never

test("results are those of the newest version, by numbers and not by letters, the oldest first", () => {
  using temporary = new TemporaryFolder("zerowire-results-")
  const folder = temporary.path
  for (const version of ["0.9.0", "0.10.0"]) mkdirSync(join(folder, version))
  writeFileSync(join(folder, "0.9.0/a.json"), JSON.stringify({ date: "2026-05-01" }))
  writeFileSync(join(folder, "0.10.0/a.json"), JSON.stringify({ date: "2026-03-01" }))
  writeFileSync(join(folder, "0.10.0/b.json"), JSON.stringify({ date: "2026-02-01" }))
  const { version, results } = newestResults(folder)
  assert.equal(version, "0.10.0")
  assert.deepEqual(results.map(({ date }) => date), ["2026-02-01", "2026-03-01"])
})

test("a series that was measured again is left out, never mixed with the newer one", () => {
  const [old, other, again] = [
    result("2026-01-01", 4096, "own-bun"),
    result("2026-01-02", 65_536, "own-bun"),
    result("2026-01-03", 4096, "own-bun"),
  ]
  const kept = seriesOf([old, other, again])
  assert.deepEqual(kept.map(({ from }) => from), [again, other])
})

test("rivals that have nobody in common are two series of the same size", () => {
  const [one, two] = [
    result("2026-01-01", 4096, "always-bun"),
    result("2026-01-02", 4096, "own-bun"),
  ]
  assert.equal(seriesOf([one, two]).length, 2)
})
