import assert from "node:assert/strict"
import { test } from "node:test"
import { errno } from "../../kernel/port.ts"
import { simulate } from "../../testing.ts"
import { inet, pair, receive, received, send } from "../../../test/simulated_pair.ts"

test("a FIN follows the bytes, and the other direction goes on", () => {
  const { kernel, client, server, simulation } = pair()
  send(kernel, client, 100_000)
  assert.equal(kernel.shutdownWrite(client), 0)
  assert.equal(send(kernel, client, 1), -errno.EPIPE)
  simulation.advance(100)
  assert.equal(received(kernel, server, 200_000).byteLength, 100_000)
  assert.equal(receive(kernel, server, 1), 0)
  assert.equal(send(kernel, server, 10), 10)
  simulation.advance(100)
  assert.equal(receive(kernel, client, 100), 10)
})

test("closing with bytes unread resets the connection", () => {
  const { kernel, client, server, simulation } = pair()
  send(kernel, client, 10)
  simulation.advance(100)
  kernel.close(server)
  simulation.advance(100)
  assert.equal(kernel.getOption(client, "SO_ERROR"), errno.ECONNRESET)
})

test("the acknowledged bytes are those that have arrived, and a SYN", () => {
  const { kernel, client, simulation } = pair()
  send(kernel, client, 1000)
  assert.equal(kernel.acknowledgedBytes(client), 1)
  simulation.advance(100)
  assert.equal(kernel.acknowledgedBytes(client), 1001)
})

test("an opening window is announced again while nothing arrives", () => {
  const { kernel, client, server, simulation } = pair()
  for (let n = 1; n > 0; simulation.advance(100)) n = send(kernel, client, 100_000, 0)
  simulation.link.blackhole = true
  const first = received(kernel, server, 1_000_000).byteLength
  simulation.advance(1000)
  simulation.link.blackhole = false
  simulation.advance(10_000)
  assert.ok(first + received(kernel, server, 1_000_000).byteLength > 200_000)
})

test("a port can be taken only once, unless both sockets share it", () => {
  const { kernel } = simulate()
  const [one, two] = [kernel.socket(4), kernel.socket(4)]
  assert.equal(kernel.bind(one, inet("0.0.0.0", 80)), 0)
  assert.equal(kernel.bind(two, inet("0.0.0.0", 80)), -errno.EADDRINUSE)
  for (const fd of [one, two]) kernel.setOption(fd, "SO_REUSEPORT", 1)
  assert.equal(kernel.bind(two, inet("0.0.0.0", 80)), 0)
})

test("an IPv6 socket reaches IPv4 addresses in their mapped form, and accepts from them", () => {
  const simulation = simulate()
  const { kernel } = simulation
  const mapped = { family: 6, address: "::ffff:198.51.100.80", port: 80, scope: 0 } as const
  for (
    const [port, at] of [[80, inet("0.0.0.0", 80)], [81, { ...mapped, address: "::" }]] as const
  ) {
    const listener = kernel.socket(at.family)
    assert.equal(kernel.bind(listener, { ...at, port }), 0)
    assert.equal(kernel.listen(listener, 1), 0)
    const client = kernel.socket(6)
    kernel.connect(client, { ...mapped, port })
    simulation.advance(100)
    assert.equal(kernel.peerAddress(client)?.address, "::ffff:198.51.100.80")
    assert.equal(kernel.localAddress(client)?.address, "::ffff:192.0.2.1")
    const own = at.family === 4 ? "192.0.2.1" : "::ffff:192.0.2.1"
    assert.equal(kernel.peerAddress(kernel.accept(listener))?.address, own)
  }
})

test("file descriptors run out, and the lowest closed one is reused", () => {
  const { kernel } = simulate({ limits: { files: 3 } })
  assert.deepEqual([1, 2, 3, 4].map(() => kernel.socket(4)), [3, 4, 5, -errno.EMFILE])
  kernel.close(4)
  assert.equal(kernel.socket(4), 4)
  assert.equal(kernel.close(99), -errno.EBADF)
})
