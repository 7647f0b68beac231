/**
 * What `reference/feeder.c` does, where there is no C compiler. Arguments: HOST. Prints the port.
 *
 * @module
 */
import { createServer } from "node:net"
import process from "node:process"
import { Readable } from "node:stream"
import { chunksOf, makeRing } from "./source.mjs"

const ring = makeRing()

const server = createServer((socket) => {
  let asked = ""
  socket.on("data", (/** @type {Buffer} */ part) => {
    asked += part
    const [, byHttp] = /^GET \/(\d+) .*\r\n\r\n$/s.exec(asked) ?? []
    if (byHttp !== undefined) {
      socket.write(`HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${byHttp}\r\n\r\n`)
      Readable.from(feed(Number(byHttp))).pipe(socket)
    } else if (/^\d+\n$/.test(asked)) Readable.from(feed(Number(asked))).pipe(socket)
  })
  socket.on("error", () => {})
})
server.listen({ host: process.argv[2], port: 0 }, () => {
  const address = /** @type {import("node:net").AddressInfo} */ (server.address())
  process.stdout.write(`${address.port}\n`)
})
// Not to outlive the benchmark, however it ends.
process.stdin.on("end", () => process.exit(0)).resume()

/** @param {number} totalBytes */
function* feed(totalBytes) {
  const whole = totalBytes - totalBytes % chunkBytes
  yield* chunksOf(ring, "views", chunkBytes, whole)
  if (totalBytes > whole) yield ring.subarray(whole % ring.length).subarray(0, totalBytes - whole)
}

const chunkBytes = 256 * 1024
