/** The program of `protect_test.ts`: sends a protected slot and, on request, writes to it too early. */
import process from "node:process"
import { connect, createSlab, listen } from "../../src/mod.ts"

const listener = await listen({ hostname: "127.0.0.1", port: 0 })
const [socket, peer] = await Promise.all([
  connect({ port: listener.addr.port }),
  listener.accept(),
])
const slab = createSlab({ slotBytes: 65_536, slots: 1, detach: false, protect: true })
const lease = slab.leaseNow()
if (lease === undefined) throw new Error("There is no slot")
const { bytes } = lease
bytes.fill(1)
const sent = socket.send(lease)
if (process.argv[2] === "too early") bytes[100] = 2
const received = new Response(peer.readable).bytes()
await sent.released
bytes[100] = 3
await socket.close()
const whole = (await received).every((byte) => byte === 1)
await peer.close()
listener.close()
slab.close()
// deno-lint-ignore no-console -- the test reads it
console.log(whole ? "done" : "something else arrived")
