/**
 * Sends a pattern to a peer that does not read yet, forgets every chunk, and does its best to have
 * their memory collected and used again while the kernel still reads it. Run by `collect_test.ts`.
 *
 * @module
 */
import process from "node:process"
import { setTimeout as sleep } from "node:timers/promises"
import { connect, type Ownership } from "../../src/mod.ts"
import { pattern } from "../plain_peer.ts"
import { collect } from "./child.ts"

const [port, ownership, chunkBytes, chunks] = process.argv.slice(2)
const size = Number(chunkBytes)

const socket = await connect({
  port: Number(port),
  zerocopy: "always",
  ownership: ownership as Ownership,
})
const writer = socket.writable.getWriter()
for (let i = 0; i < Number(chunks); i++) {
  writer.write(pattern(size, i)).catch(() => {})
}
// Until there is enough in flight, and the kernel takes no more: on a busy machine that may come late.
for (let before = 0, quiet = 0; quiet < 4; await sleep(50)) {
  const { acceptedBytes, inFlightBytes } = socket.stats()
  quiet = inFlightBytes > 100_000 && acceptedBytes === before ? quiet + 1 : 0
  before = acceptedBytes
}
const { inFlightBytes, queuedBytes } = socket.stats()

for (let round = 0; round < 20; round++) {
  collect()
  litter(size)
  await sleep(1)
}
process.stdout.write(JSON.stringify({ inFlightBytes, queuedBytes }) + "\n")

await writer.close()
const report = await socket.close()
process.stdout.write(JSON.stringify(report) + "\n")

/** Takes memory of the sizes that chunks and their heads have, writes all over it, and drops it. */
function litter(size: number): void {
  for (let i = 0; i < 200; i++) {
    new Uint8Array(size).fill(0xee)
    new Uint8Array(new ArrayBuffer(64)).fill(0xee)
  }
}
