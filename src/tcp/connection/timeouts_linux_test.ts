import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { failureOf } from "../../../test/failure.ts"
import { PlainServer } from "../../../test/plain_peer.ts"
import { assertTimedOut } from "../../../test/timed_out.ts"
import { defaultStack } from "../../stack/mod.ts"
import { connect } from "../open/connect_socket.ts"
import { sendFile } from "../transfer/of_socket.ts"

/** More than the buffers of both sides hold. */
const large = new Uint8Array(24 << 20)
const fileBytes = 12_000_000
const folder = mkdtempSync(join(tmpdir(), "zerowire-timeouts-"))
after(() => rmSync(folder, { recursive: true }))
const path = join(folder, "file")
writeFileSync(path, new Uint8Array(fileBytes))

test("on Linux a peer that reads nothing holds a write no longer than writeTimeout", async () => {
  await using server = await PlainServer.open()
  const socket = await connect({ port: server.port, writeTimeout: 500 })
  const peer = await server.accepted()
  peer.pause()
  peer.on("error", () => {})
  const ended = new Promise((resolve) => peer.once("close", resolve))
  const writer = socket.writable.getWriter()
  writer.closed.catch(() => {})
  const failure = await failureOf(writer.write(large))
  assertTimedOut(failure, "writeTimeout", 500)
  await failureOf(socket.close())
  peer.resume()
  await ended
})

test(
  "on Linux a file that one long call of a courier sends meets no timeout",
  { timeout: 60_000 },
  async () => {
    const { kernel } = defaultStack()
    const { isolateEnd } = kernel
    // Deno's tests run in isolates that end before their process, and get no courier.
    Object.assign(kernel, { isolateEnd: "process" })
    try {
      await using server = await PlainServer.open()
      const options = { idleTimeout: 1000, writeTimeout: 1000 }
      await using socket = await connect({ port: server.port, ...options })
      const peer = await server.accepted()
      const sent = sendFile(socket, path)
      let received = 0
      let resuming: ReturnType<typeof setTimeout> | undefined
      const ended = new Promise((resolve) => peer.once("end", resolve).once("close", resolve))
      peer.on("data", (bytes) => {
        received += bytes.length
        peer.pause()
        // The call goes on for as long as each 64 KiB find room within 200 ms.
        resuming = setTimeout(() => peer.resume(), bytes.length / 4000)
      })
      assert.equal(await sent, fileBytes)
      await socket.closeWrite()
      await ended
      clearTimeout(resuming)
      peer.end()
      assert.equal(received, fileBytes)
    } finally {
      Object.assign(kernel, { isolateEnd })
    }
  },
)

test("on Linux silence ends a read after readTimeout and a connection after idleTimeout", async () => {
  await using server = await PlainServer.open()
  for (const name of ["readTimeout", "idleTimeout"] as const) {
    const socket = await connect({ port: server.port, [name]: 200 })
    const peer = await server.accepted()
    peer.on("error", () => {})
    assertTimedOut(await failureOf(socket.readable.getReader().read()), name, 200)
    await socket.close()
    peer.destroy()
  }
})
