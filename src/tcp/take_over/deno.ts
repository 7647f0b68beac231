import { addressFamily } from "../../kernel/mod.ts"
import type { InetAddress } from "../../kernel/port.ts"
import type { Source } from "./source.ts"

/** The members of a `Deno.TcpConn` that are used. */
export interface DenoConn {
  /** The local address; it helps to find the file descriptor. */
  readonly localAddr: DenoAddress
  /** The peer's address; it helps to find the file descriptor. */
  readonly remoteAddr: DenoAddress
  /** What the peer sends. It must not be locked. */
  readonly readable: ReadableStream<Uint8Array>
  /** What is sent to the peer. It must not be locked or have anything queued. */
  readonly writable: WritableStream<Uint8Array>
  /** Closes Deno's file descriptor. */
  close(): void
  /** TCP_NODELAY. Changing it shows which of two sockets with equal addresses this is. */
  setNoDelay(noDelay?: boolean): void
}

/** An address in Deno's form. */
export interface DenoAddress {
  /** `"tcp"` for a connection that can be taken over. */
  readonly transport: string
  /** An address in text form. */
  readonly hostname: string
  /** From 0 to 65535. */
  readonly port: number
}

/** Whether `value` is a connection of Deno's, of any transport. */
export const isDenoConn = (value: object): value is DenoConn =>
  ["localAddr", "remoteAddr", "readable", "writable"].every((name) => {
    const member: unknown = (value as Record<string, unknown>)[name]
    return typeof member === "object" && member !== null
  }) && "close" in value && typeof value.close === "function"

export const fromDenoConn = (conn: DenoConn): Source => ({
  name: "a Deno.Conn",
  obstacle() {
    if ("handshake" in conn) {
      return "it speaks TLS, and its keys stay with the runtime. Take over plain TCP only"
    }
    const { transport } = conn.remoteAddr
    if (transport !== "tcp") return `its transport is "${transport}". Take over TCP only`
    if (conn.readable.locked) {
      return "its readable is locked. Release the reader's lock, or end the pipe, first"
    }
    if (conn.writable.locked) {
      return "its writable is locked. Release the writer's lock, or end the pipe, first"
    }
    if (hasQueue(conn.writable)) {
      return "it has unsent data, or its writable was closed. Wait for the writes first"
    }
    return undefined
  },
  where: {
    local: toInetAddress(conn.localAddr),
    peer: toInetAddress(conn.remoteAddr),
    setNoDelay: (noDelay) => conn.setNoDelay(noDelay),
  },
  drain: () => [],
  // Deno shuts its halves down when it drops them (tokio, `OwnedWriteHalf`).
  closeSendsFin: true,
  letGo: () => conn.close(),
  async leftover() {
    // If a reader was released during a read, the bytes of that read go to the stream's queue. After them
    // the stream fails, because the connection is closed.
    const chunks: Uint8Array[] = []
    const reader = conn.readable.getReader()
    try {
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return chunks
        chunks.push(value)
      }
    } catch {
      return chunks
    } finally {
      reader.releaseLock()
    }
  },
})

/** Whether chunks wait in a stream that nobody writes to any longer. */
function hasQueue(writable: WritableStream<Uint8Array>): boolean {
  const writer = writable.getWriter()
  try {
    // The stream of a connection counts chunks, and one chunk fills it.
    return writer.desiredSize === 0
  } finally {
    writer.releaseLock()
  }
}

const toInetAddress = ({ hostname, port }: DenoAddress): InetAddress => ({
  family: addressFamily(hostname) ?? 4,
  address: hostname,
  port,
  scope: 0,
})
