import assert from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, describe, test } from "node:test"
import { fileURLToPath } from "node:url"
import { denoPath } from "../../demo/runtime.ts"
import { Lab, labObstacle } from "../../lab/lab.ts"
import { pattern } from "../lab/pattern.ts"
import { Peer } from "../lab/peer.ts"

const folder = mkdtempSync(join(tmpdir(), "zerowire-"))
after(() => rmSync(folder, { recursive: true }))
const file = join(folder, "file")
writeFileSync(file, pattern(0, 20_000_000))

const bun = fileURLToPath(new URL("../../node_modules/bun/bin/bun.exe", import.meta.url))
const program = fileURLToPath(new URL("../../demo/sender.ts", import.meta.url))
const deno = [denoPath(), "run", "--no-prompt", `--allow-read=${file}`]
const senders = {
  bun: [bun, program],
  deno: [...deno, "--allow-ffi", "--allow-net", program],
}
const options = { timeout: 60_000 }

for (const [runtime, sender] of Object.entries(senders)) {
  describe(`the sender in ${runtime} ends with a cure`, options, () => {
    test("when nobody listens", options, async () => {
      const port = await freePort()
      const { status, message } = await run([...sender, `--file=${file}`, `--port=${port}`])
      assert.equal(status, 1)
      assert.match(message, /ECONNREFUSED. Nothing listens there; start the receiver first/)
    })

    test("when the receiver goes away half-way", options, async () => {
      const server = createServer((socket) => {
        socket.once("data", () => socket.resetAndDestroy())
        socket.on("error", () => {})
        server.close()
      })
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
      const { port } = server.address() as AddressInfo
      const { status, message } = await run([...sender, `--file=${file}`, `--port=${port}`])
      assert.equal(status, 1)
      assert.match(message, /^Connection lost: E(CONNRESET|PIPE) after \d+ bytes were accepted/)
    })

    const skip = labObstacle() ?? false
    test("when the receiver vanishes from the network", { ...options, skip }, async () => {
      using lab = new Lab()
      await using peer = await Peer.start(
        (command) => lab.spawn(lab.b, command),
        lab.b.ipv4,
        "paused",
      )
      const target = [`--hostname=${lab.b.ipv4}`, `--port=${peer.port}`, "--stall-seconds=1"]
      const command = [...sender, `--file=${file}`, ...target]
      const { status, message } = await run(command, (command) => lab.spawn(lab.a, command))
      assert.equal(status, 1)
      assert.match(message, /The receiver took nothing for 1 s after \d+ bytes/)
    })
  })
}

describe("the sender in deno names the permission that it lacks", options, () => {
  test("for native code", options, async () => {
    const args = ["--allow-net", program, `--file=${file}`, "--port=9"]
    const { status, message } = await run([...deno, ...args])
    assert.equal(status, 1)
    assert.match(message, /--allow-ffi/)
  })

  test("for the network", options, async () => {
    const args = ["--allow-ffi", "--allow-net=192.0.2.9", program, `--file=${file}`, "--port=9"]
    const { status, message } = await run([...deno, ...args])
    assert.equal(status, 1)
    assert.match(message, /127\.0\.0\.1:9.*--allow-net/)
  })
})

/** Runs a sender to its end; its last words on standard output are a JSON object. */
async function run(
  [name, ...args]: readonly string[],
  start = ([name, ...args]: readonly string[]): ChildProcess => spawn(name, args),
): Promise<{ status: number | null; message: string }> {
  const child = start([name, ...args])
  let stdout = ""
  let stderr = ""
  child.stdout?.setEncoding("utf8").on("data", (text: string) => stdout += text)
  child.stderr?.setEncoding("utf8").on("data", (text: string) => stderr += text)
  const status = await new Promise<number | null>((resolve) => child.on("close", resolve))
  const last = stdout.trimEnd().split("\n").at(-1) ?? ""
  assert.ok(last.startsWith("{"), `the sender said "${stdout}" and "${stderr}"`)
  return { status, message: JSON.parse(last).message }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
