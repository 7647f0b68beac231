// deno-lint-ignore-file no-console
/**
 * A small Effect application: a server with a handler, configuration and metrics that sends a body of 64
 * MB to each of three clients. Only the layer at the end is Zerowire's; the handler works with any
 * `SocketServer`.
 *
 * @module
 */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { connect } from "node:net"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as NetAddress from "effect/net/NetAddress"
import * as PrometheusMetrics from "effect/observability/PrometheusMetrics"
import type { Socket } from "effect/socket/Socket"
import { SocketServer } from "effect/socket/SocketServer"
import * as Stream from "effect/Stream"
import { layerSocketServer, listenOptionsConfig } from "zerowire/effect"

const bodyBytes = 64_000_000
const chunkBytes = 64 * 1024

/** A body that is generated while it is sent: all chunks differ, and none is kept. */
const body = Stream.map(Stream.range(0, Math.ceil(bodyBytes / chunkBytes) - 1), (index) => {
  const length = Math.min(chunkBytes, bodyBytes - index * chunkBytes)
  const words = new Uint32Array(length / 4)
  for (let i = 0, x = index; i < words.length; i++) {
    words[i] = x = Math.imul(x, 1664525) + 1013904223
  }
  return new Uint8Array(words.buffer)
})

const sendBody = (socket: Socket) =>
  Effect.scoped(Effect.gen(function* () {
    const { writeAll } = yield* socket.writer
    yield* Stream.runForEachArray(body, writeAll)
  }))

const application = Effect.gen(function* () {
  const server = yield* SocketServer
  const serving = yield* Effect.forkChild(server.run(sendBody))

  assert.ok(NetAddress.isInetAddress(server.address))
  const { port } = server.address
  const expected = yield* Stream.runFold(
    body,
    () => createHash("sha256"),
    (hash, chunk) => hash.update(chunk),
  )
  const received = yield* Effect.promise(() => Promise.all([1, 2, 3].map(() => download(port))))
  const digest = expected.digest("hex")
  for (const client of received) assert.deepEqual(client, { bytes: bodyBytes, digest })
  console.log(`Three clients have 64 MB each, and they are the right ones: ${digest}`)

  yield* Fiber.interrupt(serving)
  const figures = (yield* PrometheusMetrics.format()).split("\n")
  console.log(figures.filter((line) => /^zerowire.* [1-9]/.test(line)).join("\n"))
  assert.ok(figures.includes(`zerowire_accepted_bytes ${3 * bodyBytes}`))
})

/** A client that knows nothing of Zerowire. */
async function download(port: number): Promise<{ bytes: number; digest: string }> {
  const hash = createHash("sha256")
  let bytes = 0
  for await (const part of connect(port, "127.0.0.1")) {
    hash.update(part)
    bytes += part.byteLength
  }
  return { bytes, digest: hash.digest("hex") }
}

// Each chunk is written once, so "auto" may send it without copying it first.
const env = { HOSTNAME: "127.0.0.1", PORT: "0", OWNERSHIP: "auto", HIGH_WATER_MARK: "2 MiB" }
const config = ConfigProvider.constantCase(ConfigProvider.fromEnv({ env }))
const layer = Layer.unwrap(Effect.map(listenOptionsConfig, layerSocketServer))

await Effect.runPromise(application.pipe(
  Effect.scoped,
  Effect.provide(layer),
  Effect.provideService(ConfigProvider.ConfigProvider, config),
))
