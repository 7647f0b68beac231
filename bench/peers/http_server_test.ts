import assert from "node:assert/strict"
import process from "node:process"
import { test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { read } from "../method/foreign.ts"
import { startHttpServer } from "./http_server.ts"
import { openLink } from "./link.ts"

const options = { timeout: 120_000 }

test("an HTTP server that hangs ends with the block that declares it", options, async () => {
  using link = openLink("loopback", { mtu: 1500 })
  let pid: number
  {
    await using server = await startHttpServer(link, "own-bun", { source: "memory", bytes: 1 })
    pid = server.pid
    process.kill(pid, "SIGSTOP")
    // It could hear SIGTERM before it stops.
    while (!read(`/proc/${pid}/stat`).includes(") T ")) await sleep(10)
  }
  assert.throws(() => process.kill(pid, 0), { code: "ESRCH" })
})
