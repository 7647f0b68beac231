import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import process from "node:process"
import { test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { fileURLToPath } from "node:url"

const options = { timeout: 120_000 }

test("a process that has closed its sockets exits", options, () => exits("closed"))

test("a process whose sockets are open and idle exits", options, () => exits("idle"))

test("a process that throws away arriving bytes exits", options, () => exits("cancelled"))

test("a process that has lost its peer exits", options, () => exits("lost"))

test("a process exits while only unreferenced sockets wait", options, () => exits("unref"))

test("a process exits while only deadlines are left", options, () => exits("deadline"))

test("a process exits once its socket has closed, and not before", options, () => exits("closing"))

test(
  "a process exits while only an unreferenced socket closes",
  options,
  () => exits("closing_unref"),
)

test("a process whose wait was aborted exits", options, () => exits("aborted"))

test("a process that waits for a connection does not exit", async () => {
  const child = start("waiting")
  const ended = await Promise.race([child.ended, child.said("waits").then(() => wait(1500))])
  child.process.kill("SIGKILL")
  assert.equal(ended, undefined, `it ended: ${JSON.stringify(ended)}`)
  await child.ended
})

async function exits(program: string): Promise<void> {
  const child = start(program)
  const clock = new AbortController()
  const ended = await Promise.race([child.ended, wait(limit, clock.signal)])
  clock.abort()
  if (ended === undefined) child.process.kill("SIGKILL")
  const { code, output } = await child.ended
  assert.ok(ended, `it was still there after ${limit} ms; it had said: ${output}`)
  assert.equal(code, 0, output)
  assert.match(output, /^done$/m)
}

interface Ended {
  readonly code: number | null
  readonly output: string
}

/** Starts a program of `exit_child.ts` in the runtime that runs this test. */
function start(program: string) {
  const script = fileURLToPath(new URL("./exit_child.ts", import.meta.url))
  const args = process.versions.bun === undefined ? ["run", "-A", "--no-check", script] : [script]
  const child = spawn(process.execPath, [...args, program])
  let output = ""
  const listeners: (() => void)[] = []
  const hear = (data: unknown) => {
    output += data
    for (const listener of listeners) listener()
  }
  child.stdout.on("data", hear)
  child.stderr.on("data", hear)
  return {
    process: child,
    ended: new Promise<Ended>((resolve, reject) => {
      child.on("error", reject)
      child.on("close", (code) => resolve({ code, output }))
    }),
    said: (text: string) =>
      new Promise<void>((resolve) => {
        const listener = () => output.includes(text) && resolve()
        listeners.push(listener)
        listener()
      }),
  }
}

const wait = (milliseconds: number, signal?: AbortSignal): Promise<undefined> =>
  setTimeout(milliseconds, undefined, signal === undefined ? {} : { signal })

/** Far more than needed, so that a process that hangs is killed after it has said why. */
const limit = 90_000
