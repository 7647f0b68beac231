/**
 * Does what `reference/counter.c` does, if there is no C compiler. With `hashing` as the last argument it
 * also prints the hashes of what arrived.
 *
 * Arguments: HOST PEERS TOTAL_BYTES [hashing]
 *
 * @module
 */
import { createHash } from "node:crypto"
import { createServer } from "node:net"
import process from "node:process"

const [host, count, total, hashing] = process.argv.slice(2)
const peers = Number(count)
/** @type {ReturnType<typeof emptyBatch>[]} */
const batches = []
let accepted = 0

const server = createServer((socket) => {
  // By the order of accepting: the next ones may come before the last ones are seen to have ended.
  const batch = batches[Math.floor(accepted++ / peers)] ??= emptyBatch()
  const { connections } = batch
  const connection = { bytes: 0, hash: hashing === "hashing" ? createHash("sha256") : undefined }
  connections.push(connection)
  socket.on("data", (/** @type {Buffer} */ part) => {
    const before = batch.bytes
    batch.last = performance.now()
    if (before === 0) batch.first = batch.last
    batch.bytes += part.byteLength
    connection.bytes += part.byteLength
    connection.hash?.update(part)
    const half = Number(total) / 2
    if (before < half && batch.bytes >= half) batch.slowestOfMedian = slowestOfMedian(batch)
  })
  socket.on("error", () => {})
  socket.on("close", () => {
    if (++batch.ended === peers) tell(batch)
  })
})
server.listen({ host, port: 0, backlog: 4096 }, () => {
  const address = /** @type {import("node:net").AddressInfo} */ (server.address())
  process.stdout.write(`${address.port}\n`)
})
// So that it does not outlive the benchmark, however that ends.
process.stdin.on("end", () => process.exit(0)).resume()

function emptyBatch() {
  /** @type {{ bytes: number, hash: import("node:crypto").Hash | undefined }[]} */
  const connections = []
  return { connections, bytes: 0, ended: 0, first: 0, last: 0, slowestOfMedian: 0 }
}

/** @param {ReturnType<typeof emptyBatch>} batch */
function sorted({ connections }) {
  const bytes = connections.map(({ bytes }) => bytes)
  while (bytes.length < peers) bytes.push(0)
  return bytes.sort((a, b) => a - b)
}

/** @param {ReturnType<typeof emptyBatch>} batch */
function slowestOfMedian(batch) {
  const bytes = sorted(batch)
  const median = bytes[Math.floor(peers / 2)]
  return median > 0 ? bytes[0] / median : 0
}

/** @param {ReturnType<typeof emptyBatch>} batch */
function tell(batch) {
  const { connections, bytes, first, last, slowestOfMedian } = batch
  const each = sorted(batch)
  const hashes = connections.flatMap(({ hash }) => hash?.digest("hex") ?? [])
  const report = {
    ...{ bytes, least: each[0], most: each[each.length - 1] },
    ...{ seconds: (last - first) / 1000, slowestOfMedian, hashes: [...new Set(hashes)] },
  }
  process.stdout.write(`${JSON.stringify(report)}\n`)
}
