import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { PlainServer } from "../../../test/plain_peer.ts"
import { connect } from "../../mod.ts"
import { defaultStack } from "../../stack/default_stack.ts"

test(
  "a reset that a courier's call has got is no end to a reader",
  { timeout: 60_000 },
  async () => {
    const { kernel } = defaultStack()
    // Unlike the isolates of Deno's tests.
    Object.assign(kernel, { isolateEnd: "process" })
    const courier = kernel.courier.bind(kernel)
    const begun = Promise.withResolvers<void>()
    const returned = Promise.withResolvers<void>()
    const read = Promise.withResolvers<void>()
    kernel.courier = () => {
      const made = courier.call(kernel)
      const sendFile = made.sendFile.bind(made)
      made.sendFile = (fd, file, offset, count, done) => {
        begun.resolve()
        // The reader is sooner than the message from the courier's thread.
        sendFile(
          fd,
          file,
          offset,
          count,
          (n) => (returned.resolve(), read.promise.then(() => done(n))),
        )
      }
      return made
    }
    const folder = mkdtempSync(join(tmpdir(), "zerowire-lost-error-"))
    try {
      const path = join(folder, "file")
      writeFileSync(path, new Uint8Array(40_000_000))
      await using server = await PlainServer.open()
      const socket = await connect({ port: server.port })
      const peer = await server.accepted()
      peer.on("error", () => {})
      peer.pause()
      const sending = assert.rejects(socket.sendFile(path), /Connection lost/)
      await begun.promise
      peer.resetAndDestroy()
      await returned.promise
      await assert.rejects(socket.readable.getReader().read(), /Connection lost/)
      read.resolve()
      await sending
      await socket.abort()
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
)
