import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import process from "node:process"
import { test } from "node:test"
import { fileURLToPath } from "node:url"

// What happens on macOS, on Windows and without FFI, which the children pretend (docs/laptops.md).

test("where FFI opens nothing, everything goes over the runtime's sockets, and says so", async () => {
  const bytes = 4096 + 100 + 5
  assert.deepEqual(await run("child.ts", "use"), {
    bytes,
    copiedBytes: bytes,
    unsupported: bytes,
    held: 0,
    report: { released: 1, byProof: 0, quarantined: 0 },
    opened: 0,
    afterImport: 0,
  })
})

test('with fallback: "none" the error says what is missing, and how to go on', async () => {
  const { reason, message } = await run("child.ts", "none")
  assert.equal(reason, "Unsupported")
  assert.match(String(message), /libc.*Leave `fallback: "none"` out/)
})

test("what only libc can do is refused, and the error says what to do instead", async () => {
  const { reason, message } = await run("child.ts", "take over")
  assert.equal(reason, "Unsupported")
  assert.match(
    String(message),
    /^Cannot take over a socket: .*Open it with connect\(\) or listen\(\)/,
  )
})

test("a missing --allow-ffi is an error that names both cures", async () => {
  const { reason, message } = await inDeno("permission_child.ts", "default")
  assert.equal(reason, "PermissionDenied")
  assert.match(String(message), /--allow-ffi.*`fallback: "runtime"`/s)
})

test('with fallback: "runtime" Deno needs no --allow-ffi, and checks the network as ever', async () => {
  assert.deepEqual(await inDeno("permission_child.ts", "runtime"), { unsupported: 5 })
  const { reason, message } = await inDeno("permission_child.ts", "denied")
  assert.equal(reason, "PermissionDenied")
  assert.match(String(message), /--allow-net/)
})

test("a process ends when nobody waits, and not before its bytes are with the system", async () => {
  assert.deepEqual(await run("exit_child.ts"), { received: 8_000_000, ended: "fin" })
})

type Result = Readonly<Record<string, unknown>>

function run(name: string, ...args: readonly string[]): Promise<Result> {
  const flags = process.versions.bun === undefined ? ["run", "-A", "--no-check"] : []
  return printed(process.execPath, [...flags, pathOf(name), ...args])
}

const inDeno = (name: string, ...args: readonly string[]): Promise<Result> =>
  printed(deno, [
    "run",
    "--no-prompt",
    "--no-check",
    "--allow-net=127.0.0.1",
    pathOf(name),
    ...args,
  ])

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** What a program prints. It must end by itself. */
async function printed(command: string, args: readonly string[]): Promise<Result> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] })
  let [output, errors] = ["", ""]
  child.stdout.on("data", (data) => output += data)
  child.stderr.on("data", (data) => errors += data)
  const code = await new Promise((resolve, reject) => {
    child.on("error", reject)
    child.on("close", resolve)
  })
  assert.equal(code, 0, errors)
  return JSON.parse(output)
}

const deno = process.versions.bun === undefined
  ? process.execPath
  : fileURLToPath(new URL("../../node_modules/deno/deno", import.meta.url))
