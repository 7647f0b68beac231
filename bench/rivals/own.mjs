/**
 * The runtime's own sockets, in two ways. `pipe` is `pipeTo` into a stream: Deno's `conn.writable`, or
 * `Writable.toWeb` of a `node:net` socket in Bun and in Node. `write` is a loop over the barest call
 * that there is: Deno's `conn.write`, Bun's `socket.write`, `node:net`'s in Node.
 *
 * @module
 */
import { once } from "node:events"
import { connect } from "node:net"
import { Writable } from "node:stream"
import { measure, noZerocopy } from "./measure.mjs"
import { chunkAt, streamOf } from "./source.mjs"

/** @type {any} */
const runtime = globalThis

await measure((job) => {
  if ("Deno" in globalThis) return ofDeno(job)
  return "Bun" in globalThis && job.way === "write" ? writeInBun(job) : ofNode(job)
})

/** @param {import("./measure.mjs").Job} job */
async function ofDeno({ hostname, port, chunkBytes, totalBytes, source, way, ring }) {
  const connection = await runtime.Deno.connect({ hostname, port })
  if (way === "write") {
    for (let at = 0; at < totalBytes; at += chunkBytes) {
      const chunk = chunkAt(ring, source, chunkBytes, at)
      for (let sent = 0; sent < chunkBytes;) sent += await connection.write(chunk.subarray(sent))
    }
    connection.close()
  } else {
    await streamOf(ring, source, chunkBytes, totalBytes).pipeTo(connection.writable)
  }
  return noZerocopy
}

/** @param {import("./measure.mjs").Job} job */
async function ofNode({ hostname, port, chunkBytes, totalBytes, source, way, ring }) {
  const socket = connect(port, hostname)
  await once(socket, "connect")
  socket.setNoDelay(true)
  if (way === "write") {
    for (let at = 0; at < totalBytes; at += chunkBytes) {
      if (!socket.write(chunkAt(ring, source, chunkBytes, at))) await once(socket, "drain")
    }
    socket.end()
    await once(socket, "finish")
  } else {
    await streamOf(ring, source, chunkBytes, totalBytes).pipeTo(Writable.toWeb(socket))
  }
  socket.destroy()
  return noZerocopy
}

/** @param {import("./measure.mjs").Job} job */
async function writeInBun({ hostname, port, chunkBytes, totalBytes, source, ring }) {
  let onDrain = () => {}
  const closed = Promise.withResolvers()
  const socket = await runtime.Bun.connect({
    hostname,
    port,
    socket: {
      data: () => {},
      drain: () => onDrain(),
      close: closed.resolve,
      error: (/** @type {unknown} */ _, /** @type {Error} */ error) => closed.reject(error),
    },
  })
  for (let at = 0; at < totalBytes; at += chunkBytes) {
    const chunk = chunkAt(ring, source, chunkBytes, at)
    for (let sent = 0; sent < chunkBytes;) {
      const n = socket.write(chunk, sent, chunkBytes - sent)
      if (n < 0) throw new Error("The connection is closed")
      sent += n
      if (sent < chunkBytes) await new Promise((resolve) => onDrain = () => resolve(undefined))
    }
  }
  socket.end()
  await closed.promise
  return noZerocopy
}
