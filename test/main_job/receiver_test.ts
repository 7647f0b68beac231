import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import type { Message } from "../../demo/message.ts"
import { dial, ending, pattern, sha256 } from "../plain_peer.ts"

test("the receiver takes its last connection to the end, though the one before it ends late", {
  timeout: 60_000,
}, async () => {
  const child = spawn(bun, [program, "127.0.0.1", "2"])
  const ended = once(child, "close")
  try {
    const messages = createInterface(child.stdout)[Symbol.asyncIterator]()
    const hear = async () => JSON.parse((await messages.next()).value ?? "{}") as Message
    const listening = await hear()
    assert.ok(listening.type === "listening")
    const first = await dial(listening.port)
    const last = await dial(listening.port)
    const endings = Promise.all([ending(first), ending(last)])
    first.end(bytes)
    assert.deepEqual(await hear(), received)
    last.end(bytes)
    assert.deepEqual(await hear(), received)
    assert.deepEqual(await endings, ["fin", "fin"])
    assert.deepEqual(await ended, [0, null])
  } finally {
    child.kill("SIGKILL")
    await ended
  }
})

const bytes = pattern(100_000)
const received: Message = { type: "received", bytes: bytes.byteLength, sha256: sha256(bytes) }
const bun = fileURLToPath(new URL("../../node_modules/bun/bin/bun.exe", import.meta.url))
const program = fileURLToPath(new URL("../../demo/receiver.ts", import.meta.url))
