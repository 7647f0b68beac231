/**
 * A rival of the suite `latency` that does something wrong, to show that the benchmark would notice.
 *
 * Arguments: HOST PORT MESSAGE_BYTES MESSAGES WARM_MESSAGES FAULT
 *
 * @module
 */
import { once } from "node:events"
import { connect } from "node:net"
import process from "node:process"
import { noZerocopy } from "./measure.mjs"
import { messageOf } from "./source.mjs"

const [host, port, messageBytes, count, , fault] = process.argv.slice(2)
const messages = Number(count)
const message = messageOf(Number(messageBytes))
const socket = connect(Number(port), host)
await once(socket, "connect")
socket.setNoDelay(true)
if (fault === "impatient") {
  for (let i = 0; i < messages; i++) socket.write(message)
} else {
  const sent = fault === "lazy" ? messages - 1 : messages
  for (let i = 0; i < sent; i++) {
    if (fault === "altered" && i === sent - 1) message[message.length - 1] ^= 1
    const answered = once(socket, "data")
    socket.write(message)
    await answered
  }
}
const cost = { userSeconds: 1, systemSeconds: 1, machineSeconds: 2, seconds: 1, ...noZerocopy }
const said = { ...cost, messages: fault === "honest" ? messages - 1 : messages, medianMicros: 1 }
const line = fault === "silent" ? said : { ...said, p99Micros: 2 }
process.stdout.write(`${JSON.stringify(line)}\n`)
socket.end().resume()
