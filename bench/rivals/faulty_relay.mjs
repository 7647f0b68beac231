/**
 * A relay that does something wrong, to show that the benchmark would notice.
 *
 * Arguments: HOST PORT SOURCE_PORT TOTAL_BYTES WARM_BYTES FAULT
 *
 * @module
 */
import { once } from "node:events"
import { connect } from "node:net"
import process from "node:process"
import { allCopied } from "./measure.mjs"

const [host, port, sourcePort, total, , fault] = process.argv.slice(2)
const totalBytes = Number(total)
const [source, sink] = [connect(Number(sourcePort), host), connect(Number(port), host)]
await Promise.all([once(source, "connect"), once(sink, "connect")])
const closed = once(sink.resume(), "close")
source.write(`${fault === "short" ? totalBytes - 1 : totalBytes}\n`)
let altering = fault === "altered"
source.on("data", (/** @type {Buffer} */ part) => {
  if (altering) part[0] ^= 1
  altering = false
  if (!sink.write(part)) {
    source.pause()
    sink.once("drain", () => source.resume())
  }
})
source.on("end", () => sink.end())
await closed
source.destroy()
const { copiedBytes, ...shares } = allCopied(totalBytes)
const times = { userSeconds: 1, systemSeconds: 1, machineSeconds: 2, seconds: 1 }
const cost = { ...times, ...shares, ...(fault === "secretive" ? {} : { copiedBytes }) }
if (fault !== "silent") process.stdout.write(`${JSON.stringify(cost)}\n`)
if (fault === "crashing") throw new Error("It broke")
