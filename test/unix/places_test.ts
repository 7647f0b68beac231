/**
 * The file of a Unix domain socket: what `listen` makes, replaces and removes, and what it refuses.
 *
 * @module
 */
import assert from "node:assert/strict"
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { test } from "node:test"
import { linuxKernel } from "../../src/kernel/mod.ts"
import { connect, listen, type Socket } from "../../src/mod.ts"
import { failureOf } from "../failure.ts"
import { SocketFolder } from "./folder.ts"

const options = { timeout: 60_000 }

/** Both ends of a connection greet each other. */
async function greet(listener: { accept(): Promise<Socket> }, path: string): Promise<Socket[]> {
  const [server, client] = await Promise.all([listener.accept(), connect({ path })])
  await server.writable.getWriter().write(new TextEncoder().encode("hi"))
  const { value } = await client.readable.getReader().read()
  assert.equal(new TextDecoder().decode(value), "hi")
  return [server, client]
}

const abortAll = (sockets: readonly Socket[]) => Promise.all(sockets.map((s) => s.abort()))

/** What a server leaves behind when it is killed. */
function leaveFile(path: string): void {
  const kernel = linuxKernel()
  const fd = kernel.socket("unix")
  assert.equal(kernel.bind(fd, { family: "unix", path }), 0)
  assert.equal(kernel.listen(fd, 1), 0)
  kernel.close(fd)
  assert.ok(existsSync(path))
}

test("addresses have the path, and peers have none", options, async () => {
  using folder = new SocketFolder()
  const path = folder.file()
  await using listener = await listen({ path })
  const unix = (path: string) => ({ transport: "unix", hostname: "", port: 0, path })
  assert.deepEqual(listener.addr, unix(path))
  const [server, client] = await greet(listener, path)
  assert.deepEqual([server.localAddr, server.remoteAddr], [unix(path), unix("")])
  assert.deepEqual([client.localAddr, client.remoteAddr], [unix(""), unix(path)])
  await abortAll([server, client])
})

test("a file that a dead server has left is replaced", options, async () => {
  using folder = new SocketFolder()
  const path = folder.file()
  leaveFile(path)
  const refused = await failureOf(connect({ path }))
  assert.match(refused.message, /ECONNREFUSED/)
  await using listener = await listen({ path })
  await abortAll(await greet(listener, path))
})

test("a server that is alive keeps its file", options, async () => {
  using folder = new SocketFolder()
  const path = folder.file()
  await using listener = await listen({ path })
  const { message, reason } = await failureOf(listen({ path }))
  assert.equal(reason._tag, "ListenFailed")
  assert.match(message, /EADDRINUSE\. Another server listens there/)
  // The second one has looked whether somebody listens.
  await (await listener.accept()).abort()
  await abortAll(await greet(listener, path))
})

test("a file that is not a socket is not replaced", options, async () => {
  using folder = new SocketFolder()
  const path = folder.file()
  writeFileSync(path, "precious")
  const { message } = await failureOf(listen({ path }))
  assert.match(message, /EADDRINUSE/)
  assert.equal(readFileSync(path, "utf8"), "precious")
})

test("closing removes the file, unless somebody has replaced it", options, async () => {
  using folder = new SocketFolder()
  const path = folder.file()
  const one = await listen({ path })
  one.close()
  assert.equal(existsSync(path), false)
  const two = await listen({ path })
  renameSync(path, folder.file("old"))
  await using three = await listen({ path })
  two.close()
  assert.equal(existsSync(path), true)
  await abortAll(await greet(three, path))
})

test("closing stops listening even if the path leads nowhere any more", options, async () => {
  using folder = new SocketFolder()
  const inner = folder.file("inner")
  mkdirSync(inner)
  const path = join(inner, "s")
  const listener = await listen({ path })
  renameSync(inner, folder.file("moved"))
  // Looking for the file now fails with ELOOP.
  symlinkSync("inner", inner)
  listener.close()
  const { message } = await failureOf(connect({ path: join(folder.file("moved"), "s") }))
  assert.match(message, /ECONNREFUSED/)
})

test(
  "a relative path is removed where it was made, even if the working directory has changed",
  options,
  async () => {
    using folder = new SocketFolder()
    const before = process.cwd()
    process.chdir(folder.path)
    try {
      const listener = await listen({ path: "relative" })
      assert.equal(existsSync(folder.file("relative")), true)
      process.chdir(before)
      listener.close()
    } finally {
      process.chdir(before)
    }
    assert.equal(existsSync(folder.file("relative")), false)
  },
)

test("`mode` sets the permissions of the file", options, async () => {
  using folder = new SocketFolder()
  const path = folder.file()
  for (const mode of [0o600, 0o777]) {
    await using _ = await listen({ path, mode })
    assert.equal(statSync(path).mode & 0o777, mode)
  }
})

test("an abstract name has no file, and is free again after the close", options, async () => {
  const path = `\0zerowire-test-${crypto.randomUUID()}`
  for (let i = 0; i < 2; i++) {
    await using listener = await listen({ path })
    assert.equal(listener.addr.path, path)
    await abortAll(await greet(listener, path))
  }
  assert.match((await failureOf(connect({ path }))).message, /Cannot connect to @zerowire-test-/)
})

test("a path has 107 bytes at most", options, async () => {
  using folder = new SocketFolder()
  await using listener = await listen({ path: folder.file("s", 107) })
  await abortAll(await greet(listener, folder.file("s", 107)))
  const tooLong = { path: folder.file("s", 108) }
  const wanted = { name: "TypeError", message: /108 bytes .* the kernel takes 107/ }
  await assert.rejects(listen(tooLong), wanted)
  await assert.rejects(connect(tooLong), wanted)
})

test("connecting waits while the backlog is full, up to its timeout", options, async () => {
  using folder = new SocketFolder()
  const path = folder.file()
  await using listener = await listen({ path, backlog: 0 })
  const first = await connect({ path })
  const { message } = await failureOf(connect({ path, connectTimeout: 30 }))
  assert.match(message, /ETIMEDOUT/)
  const second = connect({ path })
  const accepted = [await listener.accept(), await listener.accept()]
  await abortAll([first, await second, ...accepted])
})

test("an error names the path and the cure", options, async () => {
  using folder = new SocketFolder()
  const path = folder.file("nobody")
  const missing = await failureOf(connect({ path }))
  assert.equal(
    missing.message,
    `Cannot connect to ${path}: ENOENT. There is no such file; start the receiver first`,
  )
  const nowhere = await failureOf(listen({ path: folder.file("no/such") }))
  assert.match(nowhere.message, /ENOENT\. There is no such directory$/)
})

const refused: readonly [options: object, message: RegExp][] = [
  [{ path: "" }, /it must be the path of a Unix domain socket/],
  [{ path: "a\0b" }, /free of zero characters/],
  [{ path: "s", port: 80 }, /there are "port" and "path"/],
  [{ path: "s", fd: 3 }, /there are "path" and "fd"/],
  [{ path: "s", hostname: "localhost" }, /"hostname" goes with "port", not "path"/],
  [{ path: "s", reusePort: true }, /"reusePort" goes with "port", not "path"/],
  [{ path: "s", transport: "tcp" }, /it must be "unix"/],
  [{ port: 80, transport: "unix" }, /it must be "tcp"/],
  [{ port: 80, mode: 0o600 }, /"mode" goes with "path", not "port"/],
  [{ path: "s", mode: 0o1777 }, /permissions of a file/],
  [{ fd: 3, backlog: 5 }, /"backlog" goes with "port" or "path", not "fd"/],
  [{ fd: -1 }, /the number of a file descriptor/],
  [{ activated: true }, /the name of a socket, or its number/],
  [{}, /it must be a whole number from 0 to 65535/],
]

test("listen refuses places that there are not, and two at once", options, async () => {
  for (const [wrong, message] of refused) {
    await assert.rejects(listen(wrong), { name: "TypeError", message }, JSON.stringify(wrong))
  }
  await assert.rejects(
    connect({ path: "s", port: 80 }),
    /"path" goes without "hostname" and "port"/,
  )
  await assert.rejects(connect({ path: "s", hostname: "h" }), /"path" goes without/)
})
