/**
 * Ends with bytes that the runtime still has, to a peer that reads late. Run by `laptop_test.ts`.
 *
 * @module
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import process from "node:process"
import { setTimeout } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { ending, PlainServer } from "../plain_peer.ts"
import { connect } from "../../src/mod.ts"

const [port] = process.argv.slice(2)
const env = { ...process.env, ZEROWIRE_LIBC: "missing" }

if (port === undefined) {
  await using server = await PlainServer.open()
  const flags = process.versions.bun === undefined ? ["run", "-A", "--no-check"] : []
  const script = fileURLToPath(import.meta.url)
  const child = spawn(process.execPath, [...flags, script, String(server.port)], {
    env,
    stdio: "inherit",
  })
  // It may end before its peer has seen the end.
  const closed = once(child, "close")
  const peer = await server.accepted()
  await setTimeout(300)
  let received = 0
  peer.on("data", (bytes: Uint8Array) => received += bytes.byteLength)
  const ended = await ending(peer)
  peer.end()
  await closed
  process.stdout.write(`${JSON.stringify({ received, ended })}\n`)
} else {
  const socket = await connect({ port: Number(port) })
  // A read that waits would keep the process alive.
  socket.unref()
  void socket.readable.getReader().read().catch(() => {})
  const writer = socket.writable.getWriter()
  for (let i = 0; i < 8; i++) writer.write(new Uint8Array(1_000_000)).catch(() => {})
  writer.close().catch(() => {})
}
