import assert from "node:assert/strict"
import { symlinkSync, writeFileSync } from "node:fs"
import { open } from "node:fs/promises"
import { join } from "node:path"
import { test } from "node:test"
import { pathToFileURL } from "node:url"
import { failureOf } from "../../../test/failure.ts"
import { joined } from "../../../test/plain_peer.ts"
import { sendFile } from "../../mod.ts"
import { needsLibc } from "../../../test/libc.ts"
import { contents, folder, path, sending } from "../../../test/sent_file.ts"

test("a symbolic link is followed, and an empty file is sent", async () => {
  const link = join(folder, "link")
  symlinkSync(path, link)
  const empty = join(folder, "empty")
  writeFileSync(empty, "")
  const { received } = await sending(async (socket) => {
    assert.equal(await sendFile(socket, empty), 0)
    assert.equal(await sendFile(socket, link, { end: 70_000 }), 70_000)
  })
  assert.deepEqual(received, contents.slice(0, 70_000))
})

test("a file is named by a path or a file URL, which may be a string", async () => {
  const odd = join(folder, "50% of ä#1?")
  writeFileSync(odd, contents.subarray(0, 1000))
  const url = pathToFileURL(odd)
  // Objects of another realm have another prototype.
  const foreign = { href: url.href, protocol: url.protocol } as URL
  const { received } = await sending(async (socket) => {
    for (const file of [odd, url, url.href, foreign]) {
      assert.equal(await socket.sendFile(file), 1000)
      assert.equal(await sendFile(socket, file, { start: 990 }), 10)
    }
    const nothing = await failureOf(
      socket.sendFile(new URL("nothing", `${pathToFileURL(folder)}/`)),
    )
    assert.ok(nothing.reason._tag === "FileFailed")
    assert.equal(nothing.reason.path, join(folder, "nothing"))
    for (const wrong of ["https://host/a", "file://host/a", "file:///a%00b", "file:///a%2fb"]) {
      await assert.rejects(socket.sendFile(new URL(wrong)), TypeError)
    }
    await assert.rejects(socket.sendFile("file://host/a"), TypeError)
  })
  const once = joined([contents.subarray(0, 1000), contents.subarray(990, 1000)])
  assert.deepEqual(received, joined([once, once, once, once]))
})

test(
  "a file that is open already is sent from where it lies, and stays as it was",
  needsLibc,
  async () => {
    const handle = await open(path)
    await handle.read(new Uint8Array(10), 0, 10)
    const { received } = await sending(async (socket) => {
      assert.equal(await socket.sendFile(handle, { end: 4000 }), 4000)
      const sent = sendFile(socket, handle, { start: 4000, end: 9000 })
      assert.equal(await sent, 5000)
    })
    assert.deepEqual(received, contents.slice(0, 9000))
    const { buffer } = await handle.read(new Uint8Array(5), 0, 5)
    assert.deepEqual(buffer, contents.slice(10, 15))
    await handle.close()
  },
)
