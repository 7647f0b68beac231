/** The programs of `unsent_test.ts`: each connects to a port, writes, and ends without closing. */
import process from "node:process"
import { setTimeout } from "node:timers/promises"
import { connect } from "../../src/mod.ts"

const [program, port] = process.argv.slice(2)
const socket = await connect({ port: Number(port), zerocopy: "always" })
const writer = socket.writable.getWriter()
writer.closed.catch(() => {})
// The stream has started by then, and passes chunks on at once.
await setTimeout(1)

/** More than the buffers of both sides hold. */
async function fill(): Promise<void> {
  for (let i = 0; i < 64; i++) writer.write(new Uint8Array(1 << 20)).catch(() => {})
  while (socket.stats().queuedBytes === 0) await setTimeout(1)
}

const programs: Readonly<Record<string, () => unknown>> = {
  async "exits with bytes queued"() {
    await fill()
    process.exit(0)
  },
  "exits with bytes gathered"() {
    writer.write(new Uint8Array(100)).catch(() => {})
    process.exit(0)
  },
  async "throws with bytes queued"() {
    await fill()
    throw new Error("a bug")
  },
  async "is killed with bytes queued"() {
    await fill()
    process.kill(process.pid, "SIGKILL")
  },
  async "exits when all was accepted"() {
    await writer.write(new Uint8Array(100_000))
    while (socket.stats().queuedBytes > 0) await setTimeout(1)
    process.exit(0)
  },
  async "exits when it has ended the stream"() {
    await writer.write(new Uint8Array(100_000))
    await writer.close()
    process.exit(0)
  },
}

await programs[program]()
