import assert from "node:assert/strict"
import { test } from "node:test"
import { failureOf } from "../../../test/failure.ts"
import { namesOf } from "./activation.ts"
import { listen } from "./listen.ts"

const passed = { pid: "7", count: "2", names: undefined }

test("sockets have the names of the service manager, and `unknown` without one", () => {
  assert.deepEqual(namesOf({ ...passed, names: "web:admin" }, 7), { names: ["web", "admin"] })
  assert.deepEqual(namesOf({ ...passed, names: "web" }, 7), { names: ["web", "unknown"] })
  assert.deepEqual(namesOf(passed, 7), { names: ["unknown", "unknown"] })
})

test("sockets for another process are left alone", () => {
  const { names, obstacle } = namesOf(passed, 8)
  assert.deepEqual(names, [])
  assert.match(obstacle ?? "", /^LISTEN_PID is 7, and this process is 8/)
})

test("a count that is not a number is refused", () => {
  for (const count of ["0", "-1", "two", "", "1e9", "9999999"]) {
    assert.match(namesOf({ ...passed, count }, 7).obstacle ?? "", /not a number of sockets/, count)
  }
})

test("without a service manager the error names it, and the permission", async () => {
  const { reason, message } = await failureOf(listen({ activated: "web" }))
  assert.equal(reason._tag, "NotActivated")
  assert.match(message, /LISTEN_FDS and LISTEN_PID are not set\. .*--allow-env=LISTEN_PID,/)
})
