import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { staleness } from "./ready.mjs"

test("package.json names the supported systems, and npm refuses others", () => {
  const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), "utf8")
  const { os, cpu, engines } = JSON.parse(read("package.json"))
  assert.deepEqual({ os, cpu, engines }, {
    os: ["linux", "darwin", "win32"],
    cpu: ["x64", "arm64"],
    engines: { node: ">=20" },
  })
  assert.match(read(".npmrc"), /^engine-strict=true$/m)
})

const files = (packages: object) => JSON.stringify({ packages })
const locked = files({
  "": { version: "0.1.0" },
  "node_modules/a": { version: "1.0.0" },
  "node_modules/for-windows": { version: "1.0.0", optional: true },
})

test("packages of the locked versions are not installed again", () => {
  assert.equal(staleness(locked, files({ "node_modules/a": { version: "1.0.0" } })), undefined)
})

test("a missing package or another version is a reason to install, and is named", () => {
  assert.match(staleness(locked, undefined) ?? "", /node_modules is missing/)
  assert.match(staleness(locked, files({})) ?? "", /node_modules\/a is missing.*wants 1\.0\.0/)
  const other = files({ "node_modules/a": { version: "0.9.0" } })
  assert.match(staleness(locked, other) ?? "", /node_modules\/a is 0\.9\.0/)
  const optional = files({
    "node_modules/a": { version: "1.0.0" },
    "node_modules/for-windows": { version: "0.9.0" },
  })
  assert.match(staleness(locked, optional) ?? "", /for-windows is 0\.9\.0/)
})
