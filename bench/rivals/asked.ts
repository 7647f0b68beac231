/**
 * Answers what arrives with a response of HTTP. Prints its port, and ends when its standard input does.
 *
 * Arguments: `handlers` or `streams`, and how it answers (`answering`).
 *
 * @module
 */
import process from "node:process"
import { listen, type Socket } from "../../src/mod.ts"
import { answering } from "./response.mjs"

const [way, ask] = process.argv.slice(2)
const { answer, closes, count } = answering(ask)
const at = { hostname: "127.0.0.1", port: 0, backlog: 4096 } as const
process.stdin.on("end", () => process.exit(0)).resume()
if (way === "handlers") {
  const { addr } = await listen({
    ...at,
    socket: {
      data(socket, bytes) {
        for (let left = count(bytes); left > 0; left--) socket.write(answer)
        if (closes) socket.end()
      },
      error() {},
    },
  })
  process.stdout.write(`${addr.port}\n`)
} else {
  const listener = await listen(at)
  process.stdout.write(`${listener.addr.port}\n`)
  for await (const socket of listener) stream(socket).catch(() => socket.abort())
}

async function stream(socket: Socket): Promise<void> {
  const writer = socket.writable.getWriter()
  for await (const bytes of socket.readable) {
    for (let left = count(bytes); left > 0; left--) await writer.write(answer)
    if (closes) break
  }
  await socket.close()
}
