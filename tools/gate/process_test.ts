import assert from "node:assert/strict"
import { existsSync } from "node:fs"
import { test } from "node:test"
import { run } from "./process.ts"

test("a command's status and output are reported", async () => {
  const good = await run(["sh", "-c", "echo out; echo err >&2"], { seconds: 60 })
  assert.deepEqual({ how: good.how, stdout: good.stdout }, { how: undefined, stdout: "out\n" })
  assert.match(good.output, /err/)
  const bad = await run(["sh", "-c", "exit 3"], { seconds: 60 })
  assert.equal(bad.how, "ended with status 3")
  const absent = await run(["/no/such/command"], { seconds: 60 })
  assert.match(absent.how ?? "", /could not be started/)
})

test("a command that hangs is killed, with everything that it started", async () => {
  const script = "sleep 1000 & echo $!; wait"
  const { how, stdout } = await run(["sh", "-c", script], { seconds: 0.5 })
  assert.equal(how, "was killed: it took longer than 0.5 s")
  assert.ok(!isRunning(Number(stdout)))
})

test("processes that a command leaves behind are killed when it ends", async () => {
  const { how, stdout } = await run(["sh", "-c", "sleep 1000 & echo $!"], { seconds: 60 })
  assert.equal(how, undefined)
  assert.ok(!isRunning(Number(stdout)))
})

/** A killed process no longer has a program, even if its parent has not waited for it yet. */
const isRunning = (pid: number): boolean => existsSync(`/proc/${pid}/exe`)
