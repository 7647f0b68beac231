import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { setImmediate } from "node:timers/promises"
import {
  pattern,
  PlainServer,
  type PlainSocket,
  receiveAll,
  sha256,
} from "../../../test/plain_peer.ts"
import { sendFlags } from "../../kernel/port.ts"
import { connect, type Socket } from "../../mod.ts"
import { defaultStack } from "../../stack/default_stack.ts"
import { fileStreamTaker } from "../known_options.ts"
import { FileReading } from "./file_reading.ts"
import { toFile } from "./given_file.ts"
import { OpenFile } from "./open_file.ts"
import { streamFrom } from "./stream_from.ts"

const folder = mkdtempSync(join(tmpdir(), "zerowire-header-"))
after(() => rmSync(folder, { recursive: true }))
const path = join(folder, "contents")
const contents = pattern(50_000)
writeFileSync(path, contents)
const header = pattern(100, 2)
const whole = sha256(new Uint8Array([...header, ...contents]))

test("a header waits for its file to be opened, and shares a packet with it", async () => {
  await sending(async ({ socket, peer, flags, opened, piping }) => {
    const received = receiveAll(peer)
    for (let i = 0; i < 2; i++) await setImmediate()
    assert.deepEqual(flags, [])
    opened()
    await piping
    assert.deepEqual(flags, [sendFlags.more])
    await socket.close()
    assert.equal(sha256(await received), whole)
  })
})

test("a header does not wait long for a file that takes its time", async () => {
  await sending(async ({ socket, peer, flags, opened, piping }) => {
    const received = receiveAll(peer)
    await new Promise((resolve) => peer.once("data", resolve))
    assert.deepEqual(flags, [0])
    opened()
    await piping
    await socket.close()
    assert.equal(sha256(await received), whole)
  })
})

interface Sending {
  readonly socket: Socket
  readonly peer: PlainSocket
  /** Of the calls that have sent memory. */
  readonly flags: readonly number[]
  /** Lets the file be opened. */
  opened(): void
  readonly piping: Promise<void>
}

/** Runs `body` after a header and the stream of a file that is not open yet were given to a socket. */
async function sending(body: (sending: Sending) => Promise<void>): Promise<void> {
  const { kernel } = defaultStack()
  const flags: number[] = []
  const { send, sendBytes } = kernel
  kernel.sendBytes = (fd, memory, offset, length) => {
    flags.push(0)
    return sendBytes.call(kernel, fd, memory, offset, length)
  }
  kernel.send = (fd, vector, count, given) => {
    flags.push(given)
    return send.call(kernel, fd, vector, count, given)
  }
  try {
    await using server = await PlainServer.open()
    await using socket = await connect({ port: server.port })
    const peer = await server.accepted()
    // Opening takes turns, which must not count here.
    const open = await OpenFile.open(toFile(path, fileStreamTaker))
    const opening = Promise.withResolvers<OpenFile>()
    const file = streamFrom(new FileReading(() => opening.promise, 0, undefined))
    const writer = socket.writable.getWriter()
    writer.write(header.slice()).catch(() => {})
    writer.releaseLock()
    const piping = file.pipeTo(socket.writable)
    const opened = () => opening.resolve(open)
    piping.catch(() => {})
    try {
      await body({ socket, peer, flags, opened, piping })
    } finally {
      // Where `body` has failed, the socket would wait for the pipe.
      opening.reject(new Error("it is over"))
    }
  } finally {
    Object.assign(kernel, { send, sendBytes })
  }
}
