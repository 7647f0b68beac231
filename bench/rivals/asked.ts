/**
 * Answers what arrives with a response of HTTP. Prints its port, and ends when its standard input does. As
 * `beside` it prints the port of those that take bodies behind it, and answers each line of its standard
 * input with how their bytes went.
 *
 * Arguments: `handlers` or `streams`, and how it answers (`answering`).
 *
 * @module
 */
import process from "node:process"
import { listen, type Socket } from "../../src/mod.ts"
import { sendBodies } from "./asked_bodies.ts"
import { answering } from "./response.mjs"

const [way, ask] = process.argv.slice(2)
const { answer, closes, count } = answering(ask)
const at = { hostname: "127.0.0.1", port: 0, backlog: 4096 } as const
const bodies = ask === "beside" ? await sendBodies(way) : undefined
const ports = (port: number) =>
  `${[port, ...bodies === undefined ? [] : [bodies.port]].join(" ")}\n`
process.stdin.on("end", () => process.exit(0)).on("data", () => {
  process.stdout.write(`${JSON.stringify(bodies?.sent())}\n`)
})
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
  process.stdout.write(ports(addr.port))
} else {
  const listener = await listen(at)
  process.stdout.write(ports(listener.addr.port))
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
