import { body } from "./response.mjs"

/**
 * Does what `asked_bodies.ts` does, with `Bun.listen` or `Deno.listen`. Resolves with the port.
 *
 * @param {string} way `handlers` or `streams`
 * @returns {number}
 */
export function sendBodies(way) {
  const { Bun, Deno } = /** @type {any} */ (globalThis)
  const at = { hostname: "127.0.0.1", port: 0 }
  if (Bun !== undefined) {
    return Bun.listen({ ...at, socket: { open: fill, drain: fill, data() {}, error() {} } }).port
  }
  const listener = Deno.listen(at)
  acceptAll(listener, way === "streams" ? stream : call)
  return listener.addr.port
}

/**
 * One body in a turn, so that everybody else has one, too. A socket that is closed takes -1.
 *
 * @param {any} socket
 */
function fill(socket) {
  if (socket.write(body) === body.byteLength) setImmediate(fill, socket)
}

/**
 * @param {AsyncIterable<any>} listener
 * @param {(conn: any) => Promise<void>} send
 */
async function acceptAll(listener, send) {
  for await (const conn of listener) {
    conn.setNoDelay()
    send(conn).catch(() => {})
  }
}

/** @param {any} conn */
async function call(conn) {
  for (;;) await conn.write(body)
}

/** @param {any} conn */
function stream(conn) {
  const bodies = new ReadableStream({ pull: (to) => to.enqueue(body) }, { highWaterMark: 0 })
  return bodies.pipeTo(conn.writable)
}
