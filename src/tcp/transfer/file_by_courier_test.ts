import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { isOpen, untilClosed } from "../../../test/descriptors.ts"
import { pattern, PlainServer, receiveAll, sha256 } from "../../../test/plain_peer.ts"
import { giveFiles, runWithFiles } from "../../../test/simulated_files.ts"
import type { Kernel } from "../../kernel/port.ts"
import { connect, fileStream, sendFile, type Socket } from "../../mod.ts"
import { defaultStack } from "../../stack/default_stack.ts"
import { type Peer, simulate, type Simulation } from "../../testing.ts"
import { insideOf } from "../socket.ts"

const folder = mkdtempSync(join(tmpdir(), "zerowire-courier-"))
after(() => rmSync(folder, { recursive: true }))

const contents = pattern(30_000_000)
const path = join(folder, "contents")
writeFileSync(path, contents)

test("a long file goes by a courier when the socket has no room, and arrives whole", async () => {
  await simulated(async (simulation, socket, peer) => {
    const sent = sendFile(socket, path)
    await untilAway(simulation, socket)
    assert.equal(await sent, contents.byteLength)
    assert.equal(socket.stats().fileBytes, contents.byteLength)
    await socket.close()
    assert.equal(simulation.stack.couriers.busy, 0)
    assert.equal(sha256(peer.connection.received), sha256(contents))
  })
})

test("a signal during a courier's call leaves nothing out and sends nothing twice", async () => {
  await simulated(async (simulation, socket, peer) => {
    const stream = fileStream(path)
    const abort = new AbortController()
    const piping = stream.pipeTo(socket.writable, {
      ...{ signal: abort.signal, preventAbort: true, preventCancel: true },
    })
    const stopped = assert.rejects(piping, /enough/)
    await untilAway(simulation, socket)
    abort.abort(new Error("enough"))
    await stopped
    assert.equal(insideOf(socket).connection.queue.queuedBytes, 0)
    const { acceptedBytes } = socket.stats()
    assert.ok(acceptedBytes > 0 && acceptedBytes < contents.byteLength, `${acceptedBytes}`)
    await stream.pipeTo(socket.writable)
    await socket.close()
    assert.equal(sha256(peer.connection.received), sha256(contents))
  })
})

test("a file stays open until the courier's call has ended, whatever becomes of its stream", async () => {
  await simulated(async (simulation, socket) => {
    const { queue } = insideOf(socket).connection
    const stream = fileStream(path)
    const piping = assert.rejects(stream.pipeTo(socket.writable))
    await untilAway(simulation, socket)
    queue.fail(new Error("lost") as never)
    while (queue.away) {
      assert.ok(isOpen(path), "closed during the call")
      await simulation.sleep(1)
    }
    await piping
    await socket.abort()
    while (isOpen(path)) await simulation.sleep(1)
  })
})

test("an isolate that may end before its process has no courier send files", async () => {
  await simulated(async (simulation, socket, peer) => {
    Object.assign(simulation.kernel, { isolateEnd: "restart" })
    let calls = 0
    simulation.kernel.startWaiting = () => (calls++, 0)
    await sendFile(socket, path)
    await socket.close()
    assert.equal(calls, 0)
    assert.equal(sha256(peer.connection.received), sha256(contents))
  })
})

test("Linux sends a file by a courier, and a call of this thread never waits", async () => {
  await asProcess(async (kernel) => {
    const { startWaiting, stopWaiting, sendFile: send } = kernel
    const waiting = new Set<number>()
    let [couriers, waits] = [0, 0]
    kernel.startWaiting = (fd) => (couriers++, waiting.add(fd), startWaiting.call(kernel, fd))
    kernel.stopWaiting = (fd) => (waiting.delete(fd), stopWaiting.call(kernel, fd))
    kernel.sendFile = (fd, ...rest) => {
      if (waiting.has(fd)) waits++
      return send.call(kernel, fd, ...rest)
    }
    try {
      await using server = await PlainServer.open()
      await using socket = await connect({ port: server.port })
      const peer = await server.accepted()
      const sent = sendFile(socket, path)
      while (couriers === 0) await setTimeout(1)
      const received = receiveAll(peer)
      assert.equal(await sent, contents.byteLength)
      await socket.closeWrite()
      assert.equal(sha256(await received), sha256(contents))
      peer.end()
      assert.equal(waits, 0)
    } finally {
      Object.assign(kernel, { startWaiting, stopWaiting, sendFile: send })
    }
  })
})

test("an abort ends a courier's call on Linux, and closes the file behind it", async () => {
  await asProcess(async () => {
    await using server = await PlainServer.open()
    const socket = await connect({ port: server.port })
    const peer = await server.accepted()
    peer.on("error", () => {})
    const failed = assert.rejects(sendFile(socket, path))
    while (!insideOf(socket).connection.queue.away) await setTimeout(1)
    await socket.abort()
    await failed
    await untilClosed(path)
    peer.destroy()
  })
})

/** Runs `body` with a connection over a link that is slow enough for a courier. */
async function simulated(
  body: (simulation: Simulation, socket: Socket, peer: Peer) => Promise<void>,
): Promise<void> {
  const limits = { ipcLock: true, sendBuffer: 1_000_000, receiveBuffer: 1_000_000 }
  const simulation = simulate({ link: { latency: 5 }, limits })
  giveFiles(simulation.kernel)
  const peer = simulation.peer()
  await runWithFiles(simulation, async () => {
    await body(simulation, await simulation.connect(peer), peer)
  })
}

async function untilAway(simulation: Simulation, socket: Socket): Promise<void> {
  while (!insideOf(socket).connection.queue.away) await simulation.sleep(1)
}

/** Deno's tests run in isolates that end before their process. */
async function asProcess(body: (kernel: Kernel) => Promise<void>): Promise<void> {
  const { kernel } = defaultStack()
  const { isolateEnd } = kernel
  Object.assign(kernel, { isolateEnd: "process" })
  try {
    await body(kernel)
  } finally {
    Object.assign(kernel, { isolateEnd })
  }
}
