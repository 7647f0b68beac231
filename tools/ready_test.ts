import assert from "node:assert/strict"
import { test } from "node:test"
import { hostObstacle, staleness } from "./ready.mjs"

const glibc = { getReport: () => ({ header: { glibcVersionRuntime: "2.36" } }) }
const good = { platform: "linux", arch: "x64", version: "v20.20.2", report: glibc }

test("Linux on x64 or arm64 with Node 20 and glibc is fine", () => {
  assert.equal(hostObstacle(good), undefined)
  assert.equal(hostObstacle({ ...good, arch: "arm64", version: "v24.0.0" }), undefined)
})

const musl = { getReport: () => ({ header: {} }) }
const hosts = [
  { host: { ...good, platform: "darwin" }, says: /darwin.*Use a Linux/ },
  { host: { ...good, arch: "ia32" }, says: /ia32.*x64 and arm64/ },
  { host: { ...good, version: "v18.19.0" }, says: /v18\.19\.0.*Node 20 or newer/ },
  { host: { ...good, report: musl }, says: /without glibc/ },
]
for (const { host, says } of hosts) {
  test(`a host is refused with its name and a cure: ${says.source}`, () => {
    assert.match(hostObstacle(host) ?? "", says)
  })
}

const files = (packages: object) => JSON.stringify({ packages })
const locked = files({
  "": { version: "0.1.0" },
  "node_modules/a": { version: "1.0.0" },
  "node_modules/for-windows": { version: "1.0.0", optional: true },
})

test("packages of the locked versions are not installed again", () => {
  assert.equal(staleness(locked, files({ "node_modules/a": { version: "1.0.0" } })), undefined)
})

test("missing and other versions are a reason to install, and are named", () => {
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
