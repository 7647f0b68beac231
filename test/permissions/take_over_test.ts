import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync } from "node:fs"
import process from "node:process"
import { createInterface } from "node:readline"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { libraries } from "../../ffi/libc.ts"
import { dial, receiveAll } from "../plain_peer.ts"

// A program that has a Deno connection was permitted to open it, by the address that it listened on or
// connected to; Deno never checks the peer of an accepted connection.

test("a connection that Deno permitted can be taken over", { timeout: 60_000 }, async () => {
  const flags = ["--allow-ffi", "--allow-net=127.0.0.1:0"]
  assert.deepEqual(await run(flags), { said: "sent", bytes: 100_000 })
})

test("a permission for the path of libc alone is enough to take over", {
  timeout: 60_000,
}, async () => {
  const libc = libraries.find((path) => path.startsWith("/") && existsSync(path))
  const flags = [`--allow-ffi=${libc}`, "--allow-net=127.0.0.1:0"]
  assert.deepEqual(await run(flags), { said: "sent", bytes: 100_000 })
})

test("without --allow-ffi nothing is taken over, and the error names the flag", {
  timeout: 60_000,
}, async () => {
  const { said, bytes } = await run(["--allow-net=127.0.0.1:0"])
  assert.match(said, /^PermissionDenied: .*--allow-ffi/)
  assert.equal(bytes, 0)
})

/** Runs `take_over_child.ts` in Deno with these permissions and no others, and connects to it. */
async function run(flags: readonly string[]): Promise<{ said: string; bytes: number }> {
  const script = fileURLToPath(new URL("./take_over_child.ts", import.meta.url))
  const args = ["run", "--no-prompt", "--no-check", "--quiet", ...flags, script]
  const child = spawn(deno, args, { stdio: ["ignore", "pipe", "inherit"] })
  const ended = once(child, "close")
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const peer = await dial(Number((await lines.next()).value))
  const { byteLength } = await receiveAll(peer)
  peer.end()
  const said = String((await lines.next()).value)
  await ended
  return { said, bytes: byteLength }
}

/** Deno itself, not the script of the npm package that starts it. */
const deno = process.versions.bun === undefined
  ? process.execPath
  : fileURLToPath(new URL("../../node_modules/deno/deno", import.meta.url))
