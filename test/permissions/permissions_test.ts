import { test } from "node:test"
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { libraries } from "../../ffi/libc.ts"
import { PlainServer, receiveAll } from "../plain_peer.ts"

// FFI bypasses Deno's permissions, so Zerowire enforces them itself. Under Bun, which has no permissions,
// these tests start the same Deno.

const loopback = "127.0.0.1"

test("without --allow-ffi the error names the flag", { timeout: 60_000 }, async () => {
  for (const action of ["connect", "listen"]) {
    const { reason, message } = await reach(["--allow-net"], action, loopback, 9)
    assert.equal(reason, "PermissionDenied")
    assert.match(message ?? "", /--allow-ffi/)
  }
})

test(
  "with --allow-ffi alone, every host is refused by name, as Deno would",
  { timeout: 60_000 },
  async () => {
    for (const hostname of [loopback, "::1", "localhost"]) {
      const target = hostname === "::1" ? "[::1]:9" : `${hostname}:9`
      for (const action of ["connect", "listen"]) {
        const { reason, message, cause } = await reach(["--allow-ffi"], action, hostname, 9)
        assert.equal(reason, "PermissionDenied")
        assert.equal(cause, "NotCapable")
        assert.ok(message?.includes(`"${target}"`), message ?? "")
        assert.ok(message?.includes(`--allow-net=${target}`), message ?? "")
      }
    }
  },
)

test("--allow-net for one host and port allows just that", { timeout: 60_000 }, async () => {
  await using server = await PlainServer.open()
  await using other = await PlainServer.open()
  const flags = ["--allow-ffi", `--allow-net=${loopback}:${server.port}`]
  await assertReaches(flags, loopback, server)
  await assertRefuses(flags, "connect", loopback, other.port)
  await assertRefuses(flags, "connect", "127.0.0.2", server.port)
  await assertRefuses(flags, "listen", loopback, 0)
  // Another form of the same address: Deno's own sockets treat it as the same, too.
  await assertReaches(flags, "::ffff:127.0.0.1", server)
})

test("--allow-net for a host allows each of its ports", { timeout: 60_000 }, async () => {
  await using server = await PlainServer.open()
  const flags = ["--allow-ffi", `--allow-net=${loopback}`]
  await assertReaches(flags, loopback, server)
  assert.deepEqual(await reach(flags, "listen", loopback, 0), { answer: "listens" })
  await assertRefuses(flags, "listen", "0.0.0.0", 0)
})

test("--allow-net for a name allows the name", { timeout: 60_000 }, async () => {
  await using server = await PlainServer.open("localhost")
  const flags = ["--allow-ffi", "--allow-net=localhost"]
  await assertReaches(flags, "localhost", server)
  await assertRefuses(flags, "connect", loopback, server.port)
})

test("--allow-net for a name and a port allows just that", { timeout: 60_000 }, async () => {
  await using server = await PlainServer.open("localhost")
  await using other = await PlainServer.open("localhost")
  const flags = ["--allow-ffi", `--allow-net=localhost:${server.port}`]
  await assertReaches(flags, "localhost", server)
  await assertRefuses(flags, "connect", "localhost", other.port)
  await assertRefuses(flags, "connect", loopback, server.port)
})

test("listening on any free port of a name requires the name to be allowed without a port", {
  timeout: 60_000,
}, async () => {
  // For Deno, port 0 in a lookup means no port.
  const listening = (net: string) =>
    reach(["--allow-ffi", `--allow-net=${net}`], "listen", "localhost", 0)
  const { reason, message } = await listening("localhost:0")
  assert.equal(reason, "PermissionDenied")
  assert.match(message ?? "", /--allow-net=localhost,/)
  assert.deepEqual(await listening("localhost"), { answer: "listens" })
})

test("--allow-net for an IPv6 address and port allows it", { timeout: 60_000 }, async () => {
  await using server = await PlainServer.open("::1")
  const flags = ["--allow-ffi", `--allow-net=[::1]:${server.port}`]
  await assertReaches(flags, "::1", server)
  await assertReaches(flags, "[::1]", server)
  await assertRefuses(flags, "connect", loopback, server.port)
})

test("--deny-net wins over --allow-net", { timeout: 60_000 }, async () => {
  await using server = await PlainServer.open()
  const flags = ["--allow-ffi", "--allow-net", `--deny-net=${loopback}:${server.port}`]
  await assertRefuses(flags, "connect", loopback, server.port)
})

test(
  "an address that is denied cannot be reached by a name for it",
  { timeout: 60_000 },
  async () => {
    await using server = await PlainServer.open()
    const flags = ["--allow-ffi", "--allow-net", "--deny-net=127.0.0.1,[::1]"]
    await assertRefuses(flags, "connect", "localhost", server.port)
    await assertRefuses(flags, "connect", "::ffff:7f00:1", server.port)
    await assertRefuses(flags, "listen", "localhost", 0)
  },
)

test("a permission for the path of libc alone is enough", { timeout: 60_000 }, async () => {
  const libc = libraries.find((path) => path.startsWith("/") && existsSync(path))
  assert.ok(libc !== undefined, "no library has an absolute path here")
  await using server = await PlainServer.open()
  await assertReaches([`--allow-ffi=${libc}`, "--allow-net"], loopback, server)
})

test("a permission for some other library is not enough", { timeout: 60_000 }, async () => {
  const { reason, message } = await reach(
    ["--allow-ffi=/usr/lib/other.so", "--allow-net"],
    "connect",
    loopback,
    9,
  )
  assert.equal(reason, "PermissionDenied")
  assert.match(message ?? "", /--allow-ffi/)
})

for (const action of ["send", "pipe"]) {
  test(`a file is sent with --allow-read for it alone, as Deno itself reads it: ${action}`, {
    timeout: 60_000,
  }, () => sendsWhatDenoReads(action))
}

test("a file that is open already is asked for by the name that it has", {
  timeout: 60_000,
}, async () => {
  using files = makeFiles()
  const { open, secret, link } = files
  await using server = await PlainServer.open()
  const allowed = (flags: readonly string[], path: string) => sends("held", server, flags, path)
  assert.equal(await allowed([`--allow-read=${open}`], open), "7")
  assert.equal(await allowed([`--allow-read=${link},${secret}`], link), "7")
  assert.equal(await allowed([`--allow-read=${link}`], link), "PermissionDenied true")
})

// As Deno 2.9 asks for its own: see `op_net_listen_unix` in ext/net/ops_unix.rs.
test("a Unix domain socket needs its path for reading, writing and the net", {
  timeout: 60_000,
}, async () => {
  using files = makeFiles()
  const path = `${files.open}.sock`
  const flags = [`--allow-read=${path}`, `--allow-write=${path}`, `--allow-net=unix:${path}`]
  const tried = (flags: readonly string[], action: string, path: string) =>
    reach(["--allow-ffi", ...flags], action, path, 0)
  assert.deepEqual(await tried(flags, "listen-path", path), { answer: "listens" })
  assert.equal((await tried(flags, "connect-path", path)).reason, "ConnectFailed")
  const relativePath = relative(process.cwd(), path)
  assert.deepEqual(await tried(flags, "listen-path", relativePath), { answer: "listens" })
  for (const missing of flags) {
    const others = flags.filter((flag) => flag !== missing)
    const { reason, message } = await tried(others, "listen-path", path)
    assert.equal(reason, "PermissionDenied", missing)
    assert.ok(message?.includes(missing), message ?? "")
  }
  assert.equal((await tried([], "connect-path", path)).reason, "PermissionDenied")
  const { message } = await tried(["--allow-read", "--allow-write"], "listen-path", "@name")
  assert.match(message ?? "", /^Requires net access to all of it: .* --allow-net$/)
})

/** Two files, and a link to the second. */
function makeFiles() {
  const folder = mkdtempSync(join(tmpdir(), "zerowire-read-"))
  const [open, secret, link] = ["open", "secret", "link"].map((name) => join(folder, name))
  for (const path of [open, secret]) writeFileSync(path, "seven..")
  symlinkSync(secret, link)
  return { open, secret, link, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
}

/** What comes of it: how many bytes were sent, or why none was and whether that names the flag. */
async function sends(
  action: string,
  server: PlainServer,
  flags: readonly string[],
  path: string,
): Promise<string | undefined> {
  const peer = server.accepted()
  void peer.then(receiveAll).then(async () => (await peer).end(), () => {})
  const given = ["--allow-ffi", "--allow-net", ...flags]
  const { answer, reason, message } = await reach(given, action, path, server.port)
  return reason === undefined ? answer : `${reason} ${/--allow-read/.test(message ?? "")}`
}

async function sendsWhatDenoReads(action: string): Promise<void> {
  using files = makeFiles()
  const { open, secret, link } = files
  await using server = await PlainServer.open()
  const allowed = (flags: readonly string[], path: string) => sends(action, server, flags, path)
  assert.equal(await allowed(["--allow-read"], link), "7")
  assert.equal(await allowed([`--allow-read=${open}`], open), "7")
  assert.equal(await allowed([`--allow-read=${open}`], secret), "PermissionDenied true")
  assert.equal(await allowed([], open), "PermissionDenied true")
  // Deno checks the given name: the runtime opens the file, so its decision applies.
  assert.equal(await allowed([`--allow-read=${secret}`], link), "PermissionDenied true")
  assert.equal(await allowed([`--allow-read=${link}`], link), "7")
}

interface Result {
  readonly answer?: string
  readonly sends?: number
  readonly message?: string
  readonly reason?: string
  readonly cause?: string
}

async function assertReaches(
  flags: readonly string[],
  hostname: string,
  server: PlainServer,
): Promise<void> {
  const received = server.accepted().then((peer) => {
    peer.write("welcome")
    return receiveAll(peer).finally(() => peer.end())
  })
  const { answer, sends, message } = await reach(flags, "connect", hostname, server.port)
  assert.equal(answer, "welcome", message ?? "")
  assert.equal(sends, 1)
  const bytes = await received
  assert.equal(bytes.byteLength, 100_100)
  assert.ok(bytes.every((byte) => byte === 7))
}

async function assertRefuses(
  flags: readonly string[],
  action: string,
  hostname: string,
  port: number,
): Promise<void> {
  const result = await reach(flags, action, hostname, port)
  assert.equal(result.reason, "PermissionDenied", JSON.stringify(result))
}

/** Runs `reach.ts` in Deno with these permissions and no others. */
async function reach(
  flags: readonly string[],
  action: string,
  hostname: string,
  port: number,
): Promise<Result> {
  const script = fileURLToPath(new URL("./reach.ts", import.meta.url))
  const args = ["run", "--no-prompt", "--no-check", "--quiet", ...flags, script, action, hostname]
  const child = spawn(deno, [...args, String(port)], { stdio: ["ignore", "pipe", "pipe"] })
  let output = ""
  let errors = ""
  child.stdout.on("data", (data) => output += data)
  child.stderr.on("data", (data) => errors += data)
  await new Promise((resolve, reject) => {
    child.on("error", reject)
    child.on("close", resolve)
  })
  assert.notEqual(output, "", `it said nothing but: ${errors}`)
  return JSON.parse(output)
}

/** Deno itself, not the script of the npm package that starts it. */
const deno = process.versions.bun === undefined
  ? process.execPath
  : fileURLToPath(new URL("../../node_modules/deno/deno", import.meta.url))
