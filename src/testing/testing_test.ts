import assert from "node:assert/strict"
import { test } from "node:test"
import { simulate, SimulationError } from "../testing.ts"

test("bytes arrive completely and in order over a link that loses packets", async () => {
  const simulation = simulate({ link: { loss: 0.05, jitter: 10 } })
  const peer = simulation.peer()
  const sent = pattern(1_500_000)
  await simulation.run(async () => {
    const socket = await simulation.connect({ hostname: peer.hostname, port: peer.port })
    await new Blob([sent]).stream().pipeTo(socket.writable)
    const report = await socket.close()
    assert.equal(report.quarantined, 0)
    assert.ok(socket.stats().zerocopyBytes > 0)
  })
  assert.deepEqual(peer.connection.received, sent)
  assert.ok(peer.connection.ended)
  assert.ok(simulation.stats().lostPackets > 0)
  simulation.checkMemory()
})

test("a socket whose ids wrap gets all of its memory back, and so does one that was accepted", async () => {
  const simulation = simulate({ limits: { firstId: 2 ** 32 - 3 } })
  const sent = pattern(3_000_000)
  await simulation.run(async () => {
    const listener = await simulation.listen({ port: 80, zerocopy: "always" })
    const client = await simulation.connect({ hostname: "198.51.100.80", port: 80 })
    const server = await listener.accept()
    const receiving = new Response(client.readable).bytes()
    const writer = server.writable.getWriter()
    for (let at = 0; at < sent.byteLength; at += 100_000) {
      await writer.write(sent.slice(at, at + 100_000))
      await simulation.sleep(1)
    }
    await writer.close()
    assert.deepEqual(await receiving, sent)
    const report = await server.close()
    assert.deepEqual([report.byProof, report.quarantined], [0, 0])
    const { held, zerocopy: { sends: zerocopySends, unknownIds } } = server.stats()
    assert.ok(zerocopySends > 3, `${zerocopySends} ids did not wrap`)
    assert.deepEqual([unknownIds, held], [0, 0])
    await client.close()
    listener.close()
  })
  simulation.checkMemory()
})

test("two sockets of the same simulation talk to each other", async () => {
  const simulation = simulate()
  const text = await simulation.run(async () => {
    const listener = await simulation.listen({ port: 80 })
    const client = await simulation.connect({ hostname: "198.51.100.80", port: 80 })
    const server = await listener.accept()
    const writer = server.writable.getWriter()
    await writer.write(new TextEncoder().encode("hello"))
    await writer.close()
    const text = await new Response(client.readable).text()
    await Promise.all([client.close(), server.close()])
    listener.close()
    return text
  })
  assert.equal(text, "hello")
  assert.equal(simulation.stats().openFiles, 0)
})

test("half a minute of a close deadline passes only in virtual time", async () => {
  const simulation = simulate()
  const peer = simulation.peer({ receiving: false })
  const report = await simulation.run(async () => {
    const socket = await simulation.connect(peer)
    const writer = socket.writable.getWriter()
    await writer.write(new Uint8Array(200_000))
    await assert.rejects(socket.close(), /ETIMEDOUT after 200000 bytes were accepted/)
    return await socket.abort()
  })
  assert.ok(report.byProof > 0)
  assert.ok(simulation.now > 30_000)
})

test("a program that waits for something that will never come gets an error", async () => {
  const simulation = simulate()
  const peer = simulation.peer()
  await assert.rejects(
    simulation.run(async () => {
      const socket = await simulation.connect(peer)
      await socket.readable.getReader().read()
    }),
    (error) => error instanceof SimulationError && /nothing will ever happen/.test(error.message),
  )
})

test("an error of the program is thrown by run", async () => {
  const simulation = simulate()
  await assert.rejects(
    simulation.run(() => {
      throw new RangeError("mine")
    }),
    /mine/,
  )
})

test("without a listener the connection is refused after one round trip", async () => {
  const simulation = simulate({ link: { latency: 40 } })
  await simulation.run(() =>
    assert.rejects(simulation.connect({ hostname: "198.51.100.9", port: 9 }), /ECONNREFUSED/)
  )
  assert.ok(simulation.now >= 80)
  assert.equal(simulation.stats().openFiles, 0)
})

test("a connection into nothing times out as on Linux, after about two minutes", async () => {
  const simulation = simulate({ link: { blackhole: true } })
  await simulation.run(() =>
    assert.rejects(simulation.connect({ hostname: "198.51.100.9", port: 9 }), /ETIMEDOUT/)
  )
  assert.equal(Math.round(simulation.now), 127_000)
})

test("the same seed gives the same run, another one another run", async () => {
  const runs = [3, 3, 4].map(async (seed) => {
    const simulation = simulate({
      seed,
      link: { loss: 0.1, jitter: 5 },
      faults: { shortSend: 0.5 },
    })
    const peer = simulation.peer()
    await simulation.run(async () => {
      const socket = await simulation.connect(peer)
      await new Blob([pattern(400_000)]).stream().pipeTo(socket.writable)
      await socket.close()
    })
    return [simulation.now, simulation.stats()]
  })
  const [first, second, other] = await Promise.all(runs)
  assert.deepEqual(first, second)
  assert.notDeepEqual(first, other)
})

test("a borrowed buffer that is changed in flight arrives altered, and is detected", async () => {
  const simulation = simulate()
  const peer = simulation.peer()
  const chunk = new Uint8Array(100_000)
  await simulation.run(async () => {
    const socket = await simulation.connect({ ...peer, ownership: "borrow", zerocopy: "always" })
    const writer = socket.writable.getWriter()
    await writer.write(chunk)
    await socket.closeWrite()
    chunk[70_000] = 1
    await socket.close()
  })
  assert.equal(peer.connection.received[70_000], 1)
  assert.equal(simulation.violations[0]?.offset, 70_000)
  assert.throws(() => simulation.checkMemory(), SimulationError)
})

test("a borrowed buffer may be changed once the socket has closed", async () => {
  const simulation = simulate()
  const peer = simulation.peer()
  const chunk = new Uint8Array(100_000)
  await simulation.run(async () => {
    const socket = await simulation.connect({ ...peer, ownership: "borrow", zerocopy: "always" })
    await socket.writable.getWriter().write(chunk)
    await socket.close()
    chunk.fill(1)
  })
  await simulation.settle()
  assert.deepEqual(peer.connection.received, new Uint8Array(100_000))
  simulation.checkMemory()
})

test("while the link copies, zero-copy turns itself off", async () => {
  const simulation = simulate()
  const peer = simulation.peer()
  const { stats } = await simulation.run(async () => {
    const socket = await simulation.connect(peer)
    const writer = socket.writable.getWriter()
    const send = async () => {
      for (let i = 0; i < 4; i++) await writer.write(new Uint8Array(64 * 1024))
      await simulation.sleep(1000)
    }
    await send()
    simulation.link.copied = true
    await send()
    await send()
    await socket.close()
    return { stats: socket.stats() }
  })
  assert.ok(stats.zerocopyBytes > 0)
  assert.ok(stats.kernelCopiedBytes > 0)
  assert.ok(stats.reasons.copied > 0)
})

/** Bytes that encode their position. */
function pattern(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >> 8) * 17 + (i >> 16)) & 255
  return bytes
}
