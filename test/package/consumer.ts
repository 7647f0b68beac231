/**
 * A program that uses the installed package: it imports every entry point, uses its types, and sends
 * bytes over a simulated and a real connection. The gate copies it to a separate project; it fails if
 * something is missing.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { createSlab, type Lease, listen, type SocketStats, takeOver } from "zerowire"
import { doctor, type Report } from "zerowire/doctor"
import { connect, sink, stream, type ZerowireError } from "zerowire/effect"
import { serve } from "zerowire/http"
import { simulate, type SimulationStats } from "zerowire/testing"

const simulation = simulate({ seed: 7, link: { latency: 20, loss: 0.01 } })
const peer = simulation.peer()
await simulation.run(async () => {
  await using socket = await simulation.connect(peer)
  await new Blob([new Uint8Array(100_000)]).stream().pipeTo(socket.writable)
})
const simulated: SimulationStats = simulation.stats()
simulation.checkMemory()
check(peer.connection.receivedBytes === 100_000 && simulated.zerocopySends > 0, "simulated")

const listener = await listen({ hostname: "127.0.0.1", port: 0 })
const echoing = listener.accept().then(async (socket) => {
  await socket.readable.pipeTo(socket.writable)
  await socket.close()
})
const echo: Effect.Effect<number, ZerowireError> = Effect.scoped(Effect.gen(function* () {
  const socket = yield* connect({ port: listener.addr.port })
  yield* Stream.make(new Uint8Array(50_000)).pipe(Stream.run(sink(socket)))
  const stats: SocketStats = socket.stats()
  check(stats.acceptedBytes === 50_000, "accepted")
  return yield* Stream.runFold(stream(socket), () => 0, (sum, chunk) => sum + chunk.byteLength)
}))
check(await Effect.runPromise(echo) === 50_000, "echoed")
await echoing
listener.close()

const server = serve({ port: 0, hostname: "127.0.0.1" }, () => new Response("served"))
await server.ready
const answer = await fetch(`http://127.0.0.1:${server.addr.port}/`)
check(await answer.text() === "served", "served")
await server.shutdown()

using slab = createSlab({ slots: 1 })
const lease: Lease = await slab.lease()
check(lease.byteLength === slab.slotBytes && lease.state === "writable", "leased")
// @ts-expect-error The steps that hand memory to the kernel and take it back are not published.
check(lease.release === undefined && lease.take === undefined, "sealed")
lease.giveBack()

// @ts-expect-error A connection is not a string.
const refused = await takeOver("socket").catch((failure: unknown) => failure)
check(refused instanceof TypeError, "refused")

const { findings }: Report = await doctor()
check(findings.some(({ subject }) => subject === "kernel"), "examined")

for (
  const entry of ["", "/effect", "/http", "/testing", "/doctor"].map((name) => `zerowire${name}`)
) {
  const url = import.meta.resolve(entry)
  check(/\/node_modules\/zerowire\/dist\/src\/\w+\.js$/.test(url), `${entry} at ${url}`)
}

function check(held: boolean, what: string): void {
  if (!held) throw new Error(`Not as it should be: ${what}`)
}
