/**
 * Serves HTTP on a socket that it was started with. Prints its process id, its address and its environment
 * when it listens. SIGTERM ends it when all of its requests are answered.
 *
 * Argument: the options of `serve`, as JSON.
 *
 * @module
 */
import process from "node:process"
import { serve } from "zerowire/http"

const { pid } = process

const body = new Uint8Array(64 * 1024)

const server = serve({ ...JSON.parse(process.argv[2]), onListen() {} }, () => new Response(body))
server.finished.catch(() => {})
try {
  await server.ready
  say({ pid, addr: server.addr, listenFds: process.env.LISTEN_FDS ?? null })
} catch (failure) {
  const { message, reason } = failure as { message: string; reason?: { _tag: string } }
  say({ pid, message, reason: reason?._tag })
}
process.on("SIGTERM", async () => {
  await server.shutdown()
  say({ pid, ended: true })
  process.exit()
})

function say(what: unknown): void {
  process.stdout.write(JSON.stringify(what) + "\n")
}
