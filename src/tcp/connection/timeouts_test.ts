import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { failureOf } from "../../../test/failure.ts"
import { pattern } from "../../../test/plain_peer.ts"
import { giveFiles, openedBefore, runWithFiles } from "../../../test/simulated_files.ts"
import { assertTimedOut } from "../../../test/timed_out.ts"
import type { ZerowireError } from "../../error/mod.ts"
import { sendFile } from "../transfer/of_socket.ts"
import { type PeerConnection, simulate, type Simulation } from "../../testing.ts"
import { connect } from "../open/connect_socket.ts"
import type { SocketOptions } from "../options.ts"
import type { Socket } from "../socket.ts"

const timeout = 30_000
/** More than the buffers of both sides hold. */
const large = new Uint8Array(24 << 20)
/** 256 KiB a second. */
const slow = { link: { latency: 500 }, limits: { sendBuffer: 1 << 18, receiveBuffer: 1 << 18 } }
const fileBytes = 12_000_000
const folder = mkdtempSync(join(tmpdir(), "zerowire-timeouts-"))
after(() => rmSync(folder, { recursive: true }))
const path = join(folder, "file")
writeFileSync(path, new Uint8Array(fileBytes))

test("an idle connection is reset after idleTimeout, within a fifth more", async () => {
  await pair({ idleTimeout: timeout }, async (simulation, socket, peer) => {
    const before = simulation.now
    const failure = await failureOf(socket.readable.getReader().read())
    assertTimedOut(failure, "idleTimeout", timeout)
    assertPassed(simulation.now - before)
    await simulation.sleep(1000)
    assert.ok(peer.lost)
    assert.match(failure.message, /Nothing was received or sent for 30000 ms \(idleTimeout\)/)
  })
})

test("bytes in either direction put the idle timeout off", async () => {
  await pair({ idleTimeout: timeout }, async (simulation, socket, peer) => {
    const writer = socket.writable.getWriter()
    const reader = socket.readable.getReader()
    for (let i = 0; i < 8; i++) {
      await simulation.sleep(timeout * 0.9)
      await writer.write(pattern(10))
      await simulation.sleep(timeout * 0.9)
      peer.send(pattern(10))
      await reader.read()
    }
    await socket.close()
  })
})

test("bytes that are thrown away after a cancel put the idle timeout off", async () => {
  await pair({ idleTimeout: timeout }, async (simulation, socket, peer) => {
    await socket.readable.cancel()
    for (let i = 0; i < 8; i++) {
      await simulation.sleep(timeout * 0.9)
      peer.send(pattern(10))
    }
    await simulation.sleep(1000)
    await socket.writable.getWriter().write(pattern(10))
    await socket.close()
  })
})

test("a read that brings nothing ends after readTimeout, and nothing ends while nobody reads", async () => {
  await pair({ readTimeout: timeout }, async (simulation, socket, peer) => {
    await simulation.sleep(10 * timeout)
    const reader = socket.readable.getReader()
    for (let i = 0; i < 8; i++) {
      const read = reader.read()
      await simulation.sleep(timeout * 0.9)
      peer.send(pattern(10))
      assert.equal((await read).value?.byteLength, 10)
    }
    await simulation.sleep(10 * timeout)
    const before = simulation.now
    assertTimedOut(await failureOf(reader.read()), "readTimeout", timeout)
    assertPassed(simulation.now - before)
  })
})

test("what is sent meanwhile does not put the read timeout off", async () => {
  await pair({ readTimeout: timeout }, async (simulation, socket) => {
    const before = simulation.now
    const read = failureOf(socket.readable.getReader().read())
    const writer = socket.writable.getWriter()
    let failed = false
    const writing = (async () => {
      while (!failed) {
        await writer.write(pattern(10)).catch(() => failed = true)
        await simulation.sleep(1000)
      }
    })()
    assertTimedOut(await read, "readTimeout", timeout)
    assertPassed(simulation.now - before)
    await writing
  })
})

test("a write to a peer that reads nothing ends after writeTimeout, with the numbers", async () => {
  await pair({ writeTimeout: timeout }, async (simulation, socket, peer) => {
    peer.stall()
    const writer = socket.writable.getWriter()
    const before = simulation.now
    const failure = await failureOf(Promise.all([writer.write(large), writer.closed]))
    assertTimedOut(failure, "writeTimeout", timeout)
    assertPassed(simulation.now - before)
    assert.ok(failure.reason._tag === "TimedOut")
    const { acceptedBytes, unknownBytes, unsentBytes } = failure.reason.progress
    assert.equal(acceptedBytes + unsentBytes, large.byteLength)
    assert.ok(unsentBytes > 0 && unknownBytes > 0 && unknownBytes < acceptedBytes)
    assert.match(failure.message, new RegExp(`${unknownBytes} may not have reached the peer`))
    assert.equal((await failureOf(socket.close())).reason._tag, "TimedOut")
    await simulation.sleep(1000)
    assert.deepEqual([socket.stats().inFlightBytes, socket.stats().held, peer.lost], [0, 0, true])
  })
})

test("the write timeout also ends a wait for acknowledgements of a peer that has vanished", async () => {
  await pair({ writeTimeout: timeout }, async (simulation, socket) => {
    simulation.link.latency = Infinity
    const writer = socket.writable.getWriter()
    const before = simulation.now
    await writer.write(pattern(10))
    assertTimedOut(await failureOf(writer.closed.then(() => {})), "writeTimeout", timeout)
    assertPassed(simulation.now - before)
  })
})

test("a peer that reads slowly meets no write timeout, and neither does a silent writer", async () => {
  await pair({ writeTimeout: timeout }, async (simulation, socket, peer) => {
    await simulation.sleep(10 * timeout)
    peer.stall()
    const writer = socket.writable.getWriter()
    const written = writer.write(large)
    let done = false
    const watched = written.finally(() => done = true)
    while (!done) {
      await simulation.sleep(timeout * 0.8)
      peer.resume()
      peer.stall()
    }
    await watched
    peer.resume()
    await socket.close()
    assert.equal(peer.receivedBytes, large.byteLength)
  })
})

test("a file that a courier sends over a slow link meets no timeout, and a stalled one does", async () => {
  const simulation = simulate(slow)
  giveFiles(simulation.kernel)
  using _ = await openedBefore(path, 2)
  const peer = simulation.peer()
  await runWithFiles(simulation, async () => {
    const options = { idleTimeout: 4000, writeTimeout: 4000 }
    const socket = await simulation.connect({ ...peer, ...options })
    const before = simulation.now
    // Each courier's call lasts for 200 ms, and reports what it has sent when it returns.
    assert.equal(await sendFile(socket, path), fileBytes)
    assert.ok(simulation.now - before > 5 * options.writeTimeout)
    await socket.close()
    assert.equal(peer.connection.receivedBytes, fileBytes)

    peer.receiving = false
    const stalled = await simulation.connect({ ...peer, ...options })
    // If the timeout passes before the file is opened, bytes are missing all the same.
    await stalled.writable.getWriter().write(pattern(10))
    const failure = await failureOf(sendFile(stalled, path))
    assertTimedOut(failure.cause as ZerowireError ?? failure, "idleTimeout", 4000)
    await failureOf(stalled.close())
    assert.equal(simulation.stack.couriers.busy, 0)
  })
})

test("a relay over a slow link meets no timeout", async () => {
  const simulation = simulate(slow)
  await simulation.run(async () => {
    const options = { idleTimeout: 4000, readTimeout: 4000, writeTimeout: 4000 }
    const [from, to] = [simulation.peer(), simulation.peer()]
    const source = await simulation.connect({ ...from, ...options })
    const target = await simulation.connect({ ...to, ...options })
    const before = simulation.now
    const piping = source.readable.pipeTo(target.writable)
    from.connection.send(pattern(8 << 20))
    from.connection.end()
    await piping
    assert.ok(simulation.now - before > 5 * options.idleTimeout)
    assert.ok(target.stats().relayedBytes > 0)
    await Promise.all([source.close(), target.close()])
    assert.equal(to.connection.receivedBytes, 8 << 20)
  })
})

test("a close reports a timeout only if bytes may be missing", async () => {
  for (const [bytes, fin] of [[0, false], [10, false], [10, true]] as const) {
    await pair({ idleTimeout: timeout }, async (simulation, socket) => {
      const writer = socket.writable.getWriter()
      writer.closed.catch(() => {})
      if (bytes > 0) await writer.write(pattern(bytes))
      if (fin) await writer.close()
      await simulation.sleep(2 * timeout)
      const closed = await socket.close().then(() => "report", ({ reason }) => reason._tag)
      assert.equal(closed, bytes > 0 && !fin ? "TimedOut" : "report", `${bytes} ${fin}`)
    })
  }
})

test("a socket that is closed or aborted leaves no timer and no deadline", async () => {
  const options = { idleTimeout: timeout, readTimeout: 1000, writeTimeout: 2000 }
  for (const end of ["close", "abort"] as const) {
    await pair(options, async ({ stack }, socket) => {
      assert.ok(stack.deadlines.armed)
      await socket[end]()
      assert.deepEqual([stack.deadlines.armed, stack.deadlines.groups], [false, 0])
    })
  }
  await pair({}, ({ stack }) => assert.equal(stack.deadlines.armed, false))
})

test("timeouts of accepted sockets come from the listener", async () => {
  const simulation = simulate()
  await simulation.run(async () => {
    const listener = await simulation.listen({ port: 80, idleTimeout: timeout })
    const accepting = listener.accept()
    const client = await simulation.connect({ port: 80 })
    const socket = await accepting
    assertTimedOut(await failureOf(socket.readable.getReader().read()), "idleTimeout", timeout)
    await client.abort()
    listener.close()
  })
})

test("a timeout that is out of range is refused", async () => {
  for (const name of ["idleTimeout", "readTimeout", "writeTimeout"]) {
    for (const value of [0, -1, NaN, Infinity, "5", null]) {
      await assert.rejects(
        connect({ port: 1, [name]: value } as never),
        (error) => error instanceof TypeError && error.message.includes(name),
      )
    }
  }
  await assert.rejects(connect({ port: 1, timeout: 5 } as never), /"idleTimeout", "readTimeout"/)
})

/** In virtual time; the fifth is what the options promise. */
function assertPassed(millis: number): void {
  assert.ok(millis >= timeout && millis <= timeout * 1.2, `${millis} ms`)
}

/** Runs `use` with a socket of a simulation, and its peer. */
async function pair(
  options: SocketOptions,
  use: (simulation: Simulation, socket: Socket, peer: PeerConnection) => unknown,
): Promise<void> {
  const simulation = simulate()
  await simulation.run(async () => {
    const peer = simulation.peer()
    const socket = await simulation.connect({ ...peer, ...options })
    await use(simulation, socket, peer.connection)
    await socket.abort()
  })
}
