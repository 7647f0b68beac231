import type { Socket } from "node:net"
import { addressFamily, builtin } from "../../kernel/mod.ts"
import type { InetAddress } from "../../kernel/port.ts"
import { gives, httpHandleOf, httpObstacle } from "./node_http.ts"
import { streamObstacle } from "./node_stream.ts"
import type { Source, Where } from "./source.ts"

/** Checks the class. A process has one `node:net`, whatever the realm. */
export const isNodeSocket = (value: object): value is Socket => value instanceof builtin.net.Socket

export function fromNodeSocket(socket: Socket): Source {
  let take: (() => Uint8Array | null) | undefined
  return {
    name: "a node:net Socket",
    obstacle() {
      if ("encrypted" in socket && socket.encrypted === true) {
        return "it speaks TLS, and its keys stay with the runtime. Take over plain TCP only"
      }
      if (socket.connecting) return 'it is not connected yet. Wait for its event "connect"'
      if (socket.destroyed || (handleOf(socket) ?? httpHandleOf(socket)) === undefined) {
        return "it is closed"
      }
      const http = httpObstacle(socket)
      if (http !== undefined) return http
      if (socket.writableEnded) return "its writing side has ended"
      if (socket.writableLength > 0) {
        return `it has ${socket.writableLength} bytes of unsent data. Wait for the callback of the last ` +
          "write first"
      }
      if (socket.readableEncoding !== null) {
        return "setEncoding() makes it decode what it reads, so the bytes are gone. Do not call setEncoding()"
      }
      if (builtin.net.isIP(socket.remoteAddress ?? "") === 0) return "it is not a TCP connection"
      return streamObstacle(socket)
    },
    where: whereIs(socket),
    settle() {
      const handle = httpHandleOf(socket)
      if (handle?.hasQueuedTunnelReads !== true) return undefined
      take = silence(socket)
      return gives(handle)
    },
    drain() {
      take ??= silence(socket)
      const chunks: Uint8Array[] = []
      while (socket.readableLength > 0) {
        const chunk = take()
        if (chunk === null) break
        chunks.push(chunk)
      }
      return chunks
    },
    closeSendsFin: false,
    // Not `resetAndDestroy`, and not `end`.
    letGo: () => void socket.destroy(),
  }
}

/** Stops it from delivering bytes and from reading by itself. Returns how to take what it has buffered. */
function silence(socket: Socket): () => Uint8Array | null {
  const read = socket.read
  // Reading from the buffer would make it read more from the network.
  socket._read = () => {}
  socket.removeAllListeners("data")
  // Listeners of "readable" stay: without them it would flow, and throw away bytes that have no listener.
  socket.read = () => null
  builtin.stream.Readable.prototype.pause.call(socket)
  return () => read.call(socket)
}

/** Bun's handle exposes the file descriptor; Deno's does not. */
function whereIs(socket: Socket): Where {
  const fd = handleOf(socket)?.fd
  if (typeof fd === "number" && fd >= 0) return { fd }
  const { localAddress = "", localPort = 0, remoteAddress = "", remotePort = 0 } = socket
  return {
    local: toInetAddress(localAddress, localPort),
    peer: toInetAddress(remoteAddress, remotePort),
    // Bun's HTTP server ignores the call.
    setNoDelay: httpHandleOf(socket) === undefined
      ? (noDelay) => void socket.setNoDelay(noDelay)
      : undefined,
  }
}

/** A private member of `node:net`, by Node's name for it. */
const handleOf = (socket: Socket): { readonly fd?: unknown } | undefined =>
  (socket as unknown as { _handle?: { readonly fd?: unknown } | null })._handle ?? undefined

const toInetAddress = (address: string, port: number): InetAddress => ({
  family: addressFamily(address.split("%")[0]) ?? 4,
  address: address.split("%")[0],
  port,
  scope: 0,
})
