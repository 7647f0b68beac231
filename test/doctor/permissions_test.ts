import assert from "node:assert/strict"
import process from "node:process"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { type Examined, examined, levels } from "./examined.ts"

// Bun has no permissions: from there these tests start Deno.
const options = { timeout: 120_000 }

test("with all permissions nothing about this host is unknown", options, () => {
  const { findings } = withFlags("--allow-all")
  assert.deepEqual(findings.filter(({ level }) => level === "unknown"), [])
})

test(
  "without --allow-ffi it says that nothing can be sent, and which flag is missing",
  options,
  () => {
    const report = withFlags("--allow-net")
    assert.equal(report.of("libc").level, "problem")
    assert.match(report.of("libc").message, /--allow-ffi/)
    assert.equal(report.status, 2)
  },
)

test("without --allow-net it tries what needs no connection", options, () => {
  const report = withFlags("--allow-ffi")
  assert.deepEqual(levels(report, "zerocopy", "sendfile", "io_uring"), {
    ...{ zerocopy: "unknown", sendfile: "unknown", io_uring: "good" },
  })
})

test("without --allow-read what is in /proc is unknown, without prompts", options, () => {
  const report = withFlags("--allow-ffi", "--allow-net")
  const subjects = ["permissions", "kernel", "optmem", "capture", "tcp", "container"] as const
  assert.deepEqual(Object.values(levels(report, ...subjects)), subjects.map(() => "unknown"))
  assert.match(report.of("permissions").cure ?? "", /--allow-all/)
  assert.deepEqual(levels(report, "zerocopy", "sendfile"), { zerocopy: "good", sendfile: "good" })
})

test("a host that may not be reached is a problem that names the flag", options, () => {
  const report = withFlags("--allow-ffi", "--allow-net=127.0.0.1", "192.0.2.1")
  assert.equal(report.of("connection").level, "problem")
  assert.match(report.of("connection").message, /--allow-net/)
})

/** What Deno prints with these flags. */
function withFlags(...args: readonly string[]): Examined {
  const flags = args.filter((arg) => arg.startsWith("--"))
  const rest = args.filter((arg) => !arg.startsWith("--"))
  // The command itself reads the environment for colours.
  const run = ["run", "--no-check", "--quiet", "--no-prompt"]
  return examined([deno, ...run, ...flags, cli, "doctor", "--json", ...rest])
}

const cli = fileURLToPath(new URL("../../src/cli.ts", import.meta.url))
/** Deno itself, not the script of the npm package that starts it. */
const deno = process.versions.bun === undefined
  ? process.execPath
  : fileURLToPath(new URL("../../node_modules/deno/deno", import.meta.url))
