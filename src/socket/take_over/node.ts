import { isIP, Socket } from "node:net"
import type { InetAddress } from "../../kernel.ts"
import type { Source, Where } from "./source.ts"

export const isNodeSocket = (value: object): value is Socket => value instanceof Socket

export const fromNodeSocket = (socket: Socket): Source => ({
  name: "a node:net Socket",
  obstacle() {
    if ("encrypted" in socket && socket.encrypted === true) {
      return "it speaks TLS, and its keys stay with the runtime. Take over plain TCP only"
    }
    if (socket.connecting) return 'it is not connected yet. Wait for its event "connect"'
    if (socket.destroyed || handleOf(socket) === null) return "it is closed"
    if (socket.writableEnded) return "its writing side was ended"
    if (socket.writableLength > 0) {
      return `it has ${socket.writableLength} bytes of unsent data. Wait for the callback of the last ` +
        "write first"
    }
    if (socket.readableEncoding !== null) {
      return "it was told to decode what it reads, so that the bytes are gone. Leave out setEncoding"
    }
    if (isIP(socket.remoteAddress ?? "") === 0) return "it is no TCP connection"
    return undefined
  },
  where: whereIs(socket),
  drain() {
    // Reading from the buffer would make it read on from the network, and tell its listeners.
    socket._read = () => {}
    socket.removeAllListeners("data")
    const chunks: Uint8Array[] = []
    while (socket.readableLength > 0) {
      const chunk = socket.read() as Uint8Array | null
      if (chunk === null) break
      chunks.push(chunk)
    }
    return chunks
  },
  closeSendsFin: false,
  // Not `resetAndDestroy`, and not `end`.
  letGo: () => void socket.destroy(),
})

/** In Bun the handle has the file descriptor; Deno's keeps it to itself. */
function whereIs(socket: Socket): Where {
  const fd = handleOf(socket)?.fd
  if (typeof fd === "number" && fd >= 0) return { fd }
  const { localAddress = "", localPort = 0, remoteAddress = "", remotePort = 0 } = socket
  return {
    local: toInetAddress(localAddress, localPort),
    peer: toInetAddress(remoteAddress, remotePort),
    setNoDelay: (noDelay) => void socket.setNoDelay(noDelay),
  }
}

/** What `node:net` keeps under the name that Node has for it. */
const handleOf = (socket: Socket): { readonly fd?: unknown } | null =>
  (socket as unknown as { _handle?: { readonly fd?: unknown } | null })._handle ?? null

const toInetAddress = (address: string, port: number): InetAddress => ({
  family: isIP(address) === 6 ? 6 : 4,
  address: address.split("%")[0],
  port,
  scope: 0,
})
