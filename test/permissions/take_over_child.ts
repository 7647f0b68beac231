/**
 * Listens on a free port, takes connections over and sends on them, with its permissions. Run in Deno by
 * `take_over_test.ts`.
 *
 * @module
 */
import process from "node:process"
import { takeOver } from "../../src/mod.ts"
import { denoNet } from "../runtime_sockets.ts"

const listener = denoNet?.listen({ hostname: "127.0.0.1", port: 0 })
process.stdout.write(`${listener?.addr.port}\n`)
const conn = await listener?.accept()
if (conn !== undefined) {
  try {
    const socket = await takeOver(conn, { zerocopy: "always" })
    await socket.writable.getWriter().write(new Uint8Array(100_000).fill(7))
    await socket.close()
    process.stdout.write("sent\n")
  } catch (failure) {
    const { name, reason, message } = failure as Error & { reason?: { _tag: string } }
    process.stdout.write(`${reason?._tag ?? name}: ${message}\n`)
    conn.close()
  }
}
listener?.close()
