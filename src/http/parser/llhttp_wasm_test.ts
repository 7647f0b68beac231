import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { llhttpSource } from "../../../tools/llhttp.mjs"

test("the embedded llhttp is that of the pinned package: otherwise run node tools/llhttp.mjs", () => {
  const embedded = readFileSync(new URL("./llhttp_wasm.ts", import.meta.url), "utf8")
  assert.ok(embedded === llhttpSource())
})
