/**
 * The other end of a connection, on the runtime's own `node:net` without Zerowire: it sees what any peer
 * would see.
 *
 * @module
 */
import { createHash } from "node:crypto"
import { once } from "node:events"
import { type AddressInfo, connect as netConnect, createServer, type Socket } from "node:net"

export type { Socket as PlainSocket } from "node:net"

/** A `node:net` server on a free port of this host. It keeps both halves of a connection open. */
export class PlainServer implements AsyncDisposable {
  readonly port: number
  readonly #server: ReturnType<typeof createServer>
  readonly #peers: Socket[] = []
  readonly #fresh: Socket[] = []
  readonly #waiting: ((peer: Socket) => void)[] = []

  private constructor(server: ReturnType<typeof createServer>) {
    this.#server = server
    this.port = (server.address() as AddressInfo).port
    server.on("connection", (peer) => {
      // Some tests are about resets; without a listener a reset would end the process.
      peer.on("error", () => {})
      this.#peers.push(peer)
      const waiting = this.#waiting.shift()
      if (waiting === undefined) this.#fresh.push(peer)
      else waiting(peer)
    })
  }

  static async open(hostname = "127.0.0.1"): Promise<PlainServer> {
    const server = createServer({ allowHalfOpen: true })
    server.listen(0, hostname)
    await once(server, "listening")
    return new PlainServer(server)
  }

  /** The next connection. Nothing is read from it until somebody listens. */
  accepted(): Promise<Socket> {
    const peer = this.#fresh.shift()
    if (peer !== undefined) return Promise.resolve(peer)
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const peer of this.#peers) peer.destroy()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }
}

/** A plain connection to a port of this host. */
export async function dial(port: number, hostname = "127.0.0.1"): Promise<Socket> {
  const peer = netConnect({ port, host: hostname, allowHalfOpen: true })
  await once(peer, "connect")
  peer.on("error", () => {})
  return peer
}

/** The bytes until the FIN. Rejects if the connection breaks. */
export function receiveAll(peer: Socket): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = []
  return new Promise((resolve, reject) => {
    peer.on("data", (part: Uint8Array) => parts.push(part))
    peer.on("end", () => resolve(joined(parts)))
    peer.on("error", reject)
  })
}

/** How a connection ended for the peer: by a FIN or by a reset. Bytes are thrown away. */
export function ending(peer: Socket): Promise<"fin" | "reset"> {
  return new Promise((resolve) => {
    peer.on("end", () => resolve("fin"))
    peer.on("error", () => resolve("reset"))
    peer.on("data", () => {})
  })
}

/** SHA-256 in hex. */
export const sha256 = (bytes: Uint8Array): string =>
  createHash("sha256").update(bytes).digest("hex")

/** `length` seeded bytes in which every position differs from its neighbours. */
export function pattern(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  for (let i = 0, x = seed; i < length; i++) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0
    bytes[i] = x >>> 24
  }
  return bytes
}

/** A source that delivers these chunks. */
export function streamOf<T>(chunks: Iterable<T>): ReadableStream<T> {
  const iterator = chunks[Symbol.iterator]()
  return new ReadableStream<T>({
    pull(controller) {
      const { done, value } = iterator.next()
      if (done === true) controller.close()
      else controller.enqueue(value)
    },
  })
}

/** Joins the parts. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.byteLength
  }
  return all
}
