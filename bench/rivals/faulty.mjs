/**
 * A rival that does something wrong, to show that the benchmark would notice. With several peers it does
 * so to the last one alone.
 *
 * Arguments: HOST PORT CHUNK_BYTES TOTAL_BYTES FAULT [PEERS]
 *
 * @module
 */
import { connect } from "node:net"
import process from "node:process"
import { noZerocopy } from "./measure.mjs"
import { makeRing } from "./source.mjs"

const [host, port, chunk, total, fault, count = "1"] = process.argv.slice(2)
const chunkBytes = Number(chunk)
const peers = Number(count)
const right = makeRing().slice(0, Number(total) / peers)
const bytes = right.slice()
if (fault === "altered") bytes[bytes.length - 1] ^= 1
if (fault === "swapped") {
  const first = bytes.slice(0, chunkBytes)
  bytes.copyWithin(0, chunkBytes, 2 * chunkBytes)
  bytes.set(first, chunkBytes)
}
const cost = { userSeconds: 1, systemSeconds: 1, machineSeconds: 2, seconds: 1, ...noZerocopy }
if (fault === "early") cost.zerocopySends = 1
if (fault !== "silent") process.stdout.write(`${JSON.stringify(cost)}\n`)
if (fault === "crashing") throw new Error("It broke")
for (let peer = 1; peer <= peers; peer++) {
  const socket = connect(Number(port), host)
  const end = () => socket.destroySoon()
  if (peer < peers) socket.end(fault === "uneven" && peer === 1 ? longer() : right, end)
  else socket.end(fault === "short" || fault === "uneven" ? bytes.subarray(1) : bytes, end)
}

/** By what the last one lacks, so that their sum is right. */
function longer() {
  const longer = new Uint8Array(right.length + 1)
  longer.set(right)
  return longer
}
