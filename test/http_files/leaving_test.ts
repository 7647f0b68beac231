import assert from "node:assert/strict"
import { truncateSync } from "node:fs"
import { connect, type Socket } from "node:net"
import { join } from "node:path"
import { after, test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { fileHandler } from "../../src/http.ts"
import { descriptors } from "../descriptors.ts"
import { pattern } from "../plain_peer.ts"
import { ServedFolder } from "./files.ts"
import { RuntimeServer } from "./runtime_server.ts"

const folder = new ServedFolder()
const path = join(folder.root, "film.mp4")
folder.write("root/film.mp4", pattern(30_000_000))

after(() => folder[Symbol.dispose]())

for (const range of ["bytes=0-", "bytes=0-9,20-29999999"]) {
  test(`a client that leaves in the middle closes the file (${range})`, async () => {
    await using server = serving()
    const client = request(server, range)
    await new Promise((resolve) => client.once("data", resolve))
    assert.ok(isOpen(path))
    client.destroy()
    while (isOpen(path)) await setTimeout(1)
  })
}

test("a client is not told that a file that shrank is complete", async () => {
  await using server = serving()
  const client = request(server, "bytes=0-")
  const parts: Uint8Array[] = []
  await new Promise((resolve) =>
    client.once("data", (part: Uint8Array) => resolve(parts.push(part)))
  )
  truncateSync(path, 1_000_000)
  client.on("data", (part: Uint8Array) => parts.push(part))
  await new Promise((resolve) => client.on("close", resolve))
  const text = Buffer.concat(parts).toString("latin1")
  assert.ok(text.length < 30_000_000)
  assert.ok(!text.endsWith("0\r\n\r\n"), "the last chunk")
})

/** A server for one test, so that none of its connections is left for the next. */
function serving(): RuntimeServer & AsyncDisposable {
  const server = new RuntimeServer(fileHandler(folder.root))
  return Object.assign(server, { [Symbol.asyncDispose]: () => server.close() })
}

function request(server: RuntimeServer, range: string): Socket {
  const client = connect(server.port, "127.0.0.1")
  client.on("error", () => {})
  client.write(`GET /film.mp4 HTTP/1.1\r\nHost: localhost\r\nRange: ${range}\r\n\r\n`)
  return client
}

const isOpen = (path: string): boolean => descriptors().some(({ target }) => target === path)
