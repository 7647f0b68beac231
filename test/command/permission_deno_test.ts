import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import process from "node:process"
import { test } from "node:test"
import { fileURLToPath } from "node:url"

const cli = fileURLToPath(new URL("../../src/cli.ts", import.meta.url))

test("without --allow-ffi, a command names only what a command line can have", () => {
  const permissions = ["--no-prompt", "--allow-env", "--allow-read", "--allow-net"]
  const args = ["run", "--no-check", "--quiet", ...permissions, cli, "send", cli, "127.0.0.1:1"]
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" })
  assert.equal(status, 1)
  assert.match(stderr, /^zerowire: Cannot call libc without FFI access: run with --allow-ffi\n$/)
})
