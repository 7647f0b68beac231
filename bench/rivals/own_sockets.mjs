/**
 * The runtime's own sockets, in two ways. `pipe` is `pipeTo` into a stream: Deno's `conn.writable`, or
 * `Writable.toWeb` of a `node:net` socket in Bun and in Node; `gzip` is the same through a
 * CompressionStream. `write` is a loop over the barest call
 * that there is: Deno's `conn.write`, Bun's `socket.write`, `node:net`'s in Node.
 *
 * @module
 */
import { once } from "node:events"
import { connect } from "node:net"
import { Writable } from "node:stream"
import { chunkAt, packed, streamOf } from "./source.mjs"

/** @type {any} */
const runtime = globalThis

/**
 * Connects; what it resolves with sends so many bytes of the ring, and resolves when the peer has closed,
 * which it does when it has everything.
 *
 * @param {{ hostname: string, port: number, way: string }} options
 * @returns {Promise<(job: Bytes) => Promise<void>>}
 * @typedef {Pick<import("./measure.mjs").Job, "ring" | "source" | "chunkBytes" | "totalBytes">} Bytes
 */
export function openOwn(options) {
  if ("Deno" in globalThis) return inDeno(options)
  return "Bun" in globalThis && options.way === "write" ? writingInBun(options) : inNode(options)
}

/**
 * The runtime's own stream of a socket; `end` sends a FIN and resolves when the peer has closed.
 *
 * @param {{ hostname: string, port: number }} address
 * @returns {Promise<{ writable: WritableStream<Uint8Array>, end: () => Promise<void> }>}
 */
export async function openStream({ hostname, port }) {
  if (!("Deno" in globalThis)) {
    const socket = connect(port, hostname)
    await once(socket, "connect")
    const closed = once(socket.resume(), "close")
    const writable = /** @type {WritableStream<Uint8Array>} */ (Writable.toWeb(socket))
    const end = async () => {
      await writable.close()
      await closed
    }
    return { writable, end }
  }
  const connection = await runtime.Deno.connect({ hostname, port })
  return { writable: connection.writable, end: () => endDeno(connection) }
}

/** @type {typeof openOwn} */
async function inDeno({ hostname, port, way }) {
  const connection = await runtime.Deno.connect({ hostname, port })
  return async ({ ring, source, chunkBytes, totalBytes }) => {
    if (way === "write") {
      for (let at = 0; at < totalBytes; at += chunkBytes) {
        const chunk = chunkAt(ring, source, chunkBytes, at)
        for (let sent = 0; sent < chunkBytes;) sent += await connection.write(chunk.subarray(sent))
      }
    } else {
      const stream = streamOf(ring, source, chunkBytes, totalBytes)
      await (way === "gzip" ? packed(stream) : stream).pipeTo(connection.writable, {
        preventClose: true,
      })
    }
    await endDeno(connection)
  }
}

/** @param {any} connection */
async function endDeno(connection) {
  await connection.closeWrite()
  if (await connection.read(new Uint8Array(1)) !== null) throw new Error("The peer has answered")
  connection.close()
}

/** @type {typeof openOwn} */
async function inNode({ hostname, port, way }) {
  const socket = connect(port, hostname)
  await once(socket, "connect")
  socket.setNoDelay(true)
  return async ({ ring, source, chunkBytes, totalBytes }) => {
    const closed = once(socket.resume(), "close")
    if (way === "write") {
      for (let at = 0; at < totalBytes; at += chunkBytes) {
        if (!socket.write(chunkAt(ring, source, chunkBytes, at))) await once(socket, "drain")
      }
      socket.end()
    } else {
      const stream = streamOf(ring, source, chunkBytes, totalBytes)
      await (way === "gzip" ? packed(stream) : stream).pipeTo(Writable.toWeb(socket))
    }
    await closed
  }
}

/** @type {typeof openOwn} */
async function writingInBun({ hostname, port }) {
  let onDrain = () => {}
  const closed = Promise.withResolvers()
  const socket = await runtime.Bun.connect({
    hostname,
    port,
    allowHalfOpen: true,
    socket: {
      data: () => {},
      drain: () => onDrain(),
      end: () => socket.end(),
      close: closed.resolve,
      error: (/** @type {unknown} */ _, /** @type {Error} */ error) => closed.reject(error),
    },
  })
  return async ({ ring, source, chunkBytes, totalBytes }) => {
    for (let at = 0; at < totalBytes; at += chunkBytes) {
      const chunk = chunkAt(ring, source, chunkBytes, at)
      for (let sent = 0; sent < chunkBytes;) {
        const n = socket.write(chunk, sent, chunkBytes - sent)
        if (n < 0) throw new Error("The connection is closed")
        sent += n
        if (sent < chunkBytes) await new Promise((resolve) => onDrain = () => resolve(undefined))
      }
    }
    socket.shutdown()
    await closed.promise
  }
}
