/**
 * A rival that does something wrong, to show that the benchmark would notice.
 *
 * @module
 */
import { connect } from "node:net"
import process from "node:process"
import { noZerocopy } from "./measure.mjs"
import { makeRing } from "./source.mjs"

const [host, port, chunk, total, fault] = process.argv.slice(2)
const chunkBytes = Number(chunk)
const bytes = makeRing().slice(0, Number(total))
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
const socket = connect(Number(port), host)
socket.end(fault === "short" ? bytes.subarray(1) : bytes, () => socket.destroySoon())
