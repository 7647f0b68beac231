/**
 * Does what `asked.ts` does, with `Bun.listen` or `Deno.listen`.
 *
 * Arguments: `handlers` or `streams`, and how it answers (`answering`). Bun has no streams, and Deno no handlers
 * but calls of its own.
 *
 * @module
 */
import process from "node:process"
import { sendBodies } from "./asked_bodies_own.mjs"
import { answering } from "./response.mjs"

const [way, ask] = process.argv.slice(2)
const { answer, closes, count } = answering(ask)
const { Bun, Deno } = /** @type {any} */ (globalThis)
const at = { hostname: "127.0.0.1", port: 0 }
/** @type {Map<any, Uint8Array<ArrayBuffer>[]>} */
const rests = new Map()
process.stdin.on("end", () => process.exit(0)).resume()
const more = ask === "beside" ? ` ${sendBodies(way)}` : ""
if (Bun !== undefined) {
  const { port } = Bun.listen({
    ...at,
    socket: {
      /** @type {(socket: any, bytes: Uint8Array) => void} */
      data(socket, bytes) {
        for (let left = count(bytes); left > 0; left--) send(socket)
        if (closes) socket.end()
      },
      /** @type {(socket: any) => void} */
      drain(socket) {
        const rest = rests.get(socket)
        rests.delete(socket)
        for (const part of rest ?? []) send(socket, part)
      },
    },
  })
  process.stdout.write(`${port}${more}\n`)
} else {
  const listener = Deno.listen(at)
  process.stdout.write(`${listener.addr.port}${more}\n`)
  for await (const conn of listener) {
    conn.setNoDelay()
    const answering = way === "streams" ? stream(conn) : call(conn)
    answering.catch(() => {})
  }
}

/**
 * Bun's sockets take what there is room for.
 *
 * @param {any} socket
 */
function send(socket, bytes = answer) {
  const waiting = rests.get(socket)
  if (waiting !== undefined) return waiting.push(bytes)
  const taken = socket.write(bytes)
  if (taken < bytes.byteLength) rests.set(socket, [bytes.subarray(Math.max(0, taken))])
}

/** @param {any} conn */
async function call(conn) {
  const bytes = new Uint8Array(64 * 1024)
  for (let n = await conn.read(bytes); n !== null; n = await conn.read(bytes)) {
    for (let left = count(bytes.subarray(0, n)); left > 0; left--) await writeAll(conn)
    if (closes) break
  }
  conn.close()
}

/** @param {any} conn */
async function writeAll(conn) {
  let sent = await conn.write(answer)
  while (sent < answer.byteLength) sent += await conn.write(answer.subarray(sent))
}

/** @param {any} conn */
async function stream(conn) {
  const writer = conn.writable.getWriter()
  for await (const bytes of conn.readable) {
    for (let left = count(bytes); left > 0; left--) await writer.write(answer)
    if (closes) break
  }
  if (closes) await writer.close()
}
