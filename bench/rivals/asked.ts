/**
 * Answers whatever arrives with a response of HTTP. Prints its port, and ends when its standard input does.
 *
 * Arguments: `handlers` or `streams`.
 *
 * @module
 */
import process from "node:process"
import { listen, type Socket } from "../../src/mod.ts"
import { response } from "./response.mjs"

const [way] = process.argv.slice(2)
const at = { hostname: "127.0.0.1", port: 0, backlog: 4096 } as const
process.stdin.on("end", () => process.exit(0)).resume()
if (way === "handlers") {
  const { addr } = await listen({
    ...at,
    socket: { data: (socket) => void socket.write(response), error() {} },
  })
  process.stdout.write(`${addr.port}\n`)
} else {
  const listener = await listen(at)
  process.stdout.write(`${listener.addr.port}\n`)
  for await (const socket of listener) answer(socket).catch(() => socket.abort())
}

async function answer(socket: Socket): Promise<void> {
  const writer = socket.writable.getWriter()
  for await (const _ of socket.readable) await writer.write(response)
  await socket.close()
}
