/**
 * Unix domain sockets from Effect, at both ends.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as NetAddress from "effect/net/NetAddress"
import * as SocketServer from "effect/socket/SocketServer"
import * as Stream from "effect/Stream"
import assert from "node:assert/strict"
import { test } from "node:test"
import { connect, layerSocketServer, listen, sink, stream } from "zerowire/effect"
import { SocketFolder } from "./folder.ts"

test("listen and connect of Effect take a path", { timeout: 60_000 }, async () => {
  using folder = new SocketFolder()
  const path = folder.file()
  const program = Effect.gen(function* () {
    const { run } = yield* listen({ path })
    yield* Effect.forkScoped(run((socket) => Stream.run(stream(socket), sink(socket))))
    const socket = yield* connect({ path })
    yield* Stream.run(Stream.make(new TextEncoder().encode("echo")), sink(socket))
    return yield* Stream.mkString(Stream.decodeText(stream(socket)))
  })
  assert.equal(await Effect.runPromise(Effect.scoped(program)), "echo")
})

test("Effect's SocketServer says which path it has", { timeout: 60_000 }, async () => {
  using folder = new SocketFolder()
  const path = folder.file()
  const address = SocketServer.SocketServer.pipe(
    Effect.map(({ address }) => address),
    Effect.provide(layerSocketServer({ path })),
  )
  assert.deepEqual(await Effect.runPromise(address), NetAddress.unixPathAddress(path))
})
