import assert from "node:assert/strict"
import { test } from "node:test"
import { startAsked } from "./asked_server.ts"
import { openLink } from "./link.ts"

const options = { timeout: 60_000 }

test("a server that hangs ends with the block that declares it", options, async () => {
  using link = openLink("loopback", { mtu: 1500 })
  {
    await using server = await startAsked(link, ["sh", "-c", "echo 1; exec sleep 600"])
    assert.deepEqual([server.port, server.bodiesPort], [1, undefined])
  }
})

test("a server that has ended says so when it is asked", options, async () => {
  using link = openLink("loopback", { mtu: 1500 })
  await using server = await startAsked(link, ["sh", "-c", "exec 0<&-; echo 1"])
  await assert.rejects(server.sent(), /the server has ended/)
  await assert.rejects(server.sent(), /the server has ended/)
})
