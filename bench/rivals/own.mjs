/**
 * The runtime's own sockets: in Deno `Deno.connect` and its `conn.writable`, in Bun and in Node
 * `node:net` and `Writable.toWeb`. `pipeTo` into the stream, or `write`: one write after the other.
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

await measure("Deno" in globalThis ? ofDeno : ofNode)

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
