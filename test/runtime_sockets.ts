/**
 * The runtime's own sockets, of every kind, for tests that take them over.
 *
 * @module
 */
import { once } from "node:events"
import { type AddressInfo, connect as netConnect, createServer, type Socket } from "node:net"
import { runtimeSockets } from "../src/kernel/mod.ts"
import type { RuntimeSocket } from "../src/tcp/take_over/take.ts"
import { dial, PlainServer } from "./plain_peer.ts"

/** A connected socket of the runtime, and what its program has done with it. */
interface Given {
  readonly socket: RuntimeSocket
  /** The peer's bytes that the program has received. */
  readonly received: Uint8Array[]
  /** Lets the program receive something, if it does not receive everything anyway. */
  receive(): Promise<void>
  /** Sends with the runtime's methods, and resolves when the runtime has passed everything on. */
  send(bytes: Uint8Array): Promise<void>
  /** Ends the writing side with the runtime's methods. */
  end(): void | Promise<void>
  close(): void
}

/** One of the runtime's kinds of socket. */
export interface Kind {
  readonly name: string
  connect(port: number, hostname?: string): Promise<Given>
  listen(hostname?: string, port?: number): Promise<Server>
}

/** A listener of the runtime. */
interface Server {
  readonly port: number
  accepted(): Promise<Given>
  close(): void
}

/** Every kind that this runtime has. */
export const kinds = (): readonly Kind[] => [
  nodeKind,
  ...(bunNet === undefined ? [] : [bunKind(bunNet)]),
  ...(denoNet === undefined ? [] : [denoKind(denoNet)]),
]

const nodeKind: Kind = {
  name: "a node:net Socket",
  async connect(port, hostname = "127.0.0.1") {
    const socket = netConnect({ port, host: hostname, allowHalfOpen: true })
    await once(socket, "connect")
    return givenNode(socket)
  },
  async listen(hostname = "127.0.0.1", port = 0) {
    const waiting = new Handover<Given>()
    const server = createServer({ allowHalfOpen: true }, (socket) => waiting.put(givenNode(socket)))
    server.listen(port, hostname)
    await once(server, "listening")
    return {
      port: (server.address() as AddressInfo).port,
      accepted: () => waiting.take(),
      close: () => void server.close(),
    }
  },
}

function givenNode(socket: Socket): Given {
  socket.on("error", () => {})
  const received: Uint8Array[] = []
  return {
    socket,
    received,
    async receive() {
      // Reading a part makes it fetch more, so its buffer is rarely empty.
      while (socket.readableLength === 0) await once(socket, "readable")
      received.push(socket.read(Math.min(1000, socket.readableLength)))
    },
    send: (bytes) =>
      new Promise((resolve, reject) =>
        socket.write(bytes, (failure) => failure ? reject(failure) : resolve())
      ),
    end: () => void socket.end(),
    close: () => void socket.destroy(),
  }
}

const bunKind = (bun: BunNet): Kind => ({
  name: "a Bun.Socket",
  async connect(port, hostname = "127.0.0.1") {
    const received: Uint8Array[] = []
    const data = (_: unknown, bytes: Uint8Array) => void received.push(bytes)
    return givenBun(
      await bun.connect({ hostname, port, allowHalfOpen: true, socket: { data, end() {} } }),
      received,
    )
  },
  listen(hostname = "127.0.0.1", port = 0) {
    const waiting = new Handover<Given>()
    const received = new Map<BunSocket, Uint8Array[]>()
    const listener = bun.listen({
      hostname,
      port,
      allowHalfOpen: true,
      socket: {
        open(socket) {
          received.set(socket, [])
          waiting.put(givenBun(socket, received.get(socket) ?? []))
        },
        data: (socket, bytes) => void received.get(socket)?.push(bytes),
        end() {},
      },
    })
    return Promise.resolve({
      port: listener.port,
      accepted: () => waiting.take(),
      close: () => listener.stop(),
    })
  },
})

const givenBun = (socket: BunSocket, received: Uint8Array[]): Given => ({
  socket,
  received,
  async receive() {
    for (const before = received.length; received.length === before;) await shortly()
  },
  async send(bytes) {
    for (let sent = 0; sent < bytes.byteLength;) {
      sent += socket.write(bytes.subarray(sent))
      if (sent < bytes.byteLength) await shortly()
    }
  },
  end: () => socket.shutdown(),
  close: () => socket.end(),
})

const denoKind = (deno: DenoNet): Kind => ({
  name: "a Deno.TcpConn",
  connect: async (port, hostname = "127.0.0.1") =>
    givenDeno(await deno.connect({ hostname, port })),
  listen(hostname = "127.0.0.1", port = 0) {
    const listener = deno.listen({ hostname, port })
    return Promise.resolve({
      port: listener.addr.port,
      accepted: async () => givenDeno(await listener.accept()),
      close: () => listener.close(),
    })
  },
})

function givenDeno(conn: DenoConn): Given {
  const received: Uint8Array[] = []
  return {
    socket: conn,
    received,
    async receive() {
      const bytes = new Uint8Array(1000)
      const n = await conn.read(bytes)
      received.push(bytes.subarray(0, n ?? 0))
    },
    async send(bytes) {
      for (let sent = 0; sent < bytes.byteLength;) sent += await conn.write(bytes.subarray(sent))
    },
    end: () => conn.closeWrite(),
    close: () => conn.close(),
  }
}

const shortly = () => new Promise<void>((resolve) => setTimeout(resolve, 1))

/** Passes items on in order. */
class Handover<T> {
  readonly #things: T[] = []
  readonly #waiting: ((thing: T) => void)[] = []

  put(thing: T): void {
    const waiting = this.#waiting.shift()
    if (waiting === undefined) this.#things.push(thing)
    else waiting(thing)
  }

  take(): Promise<T> {
    const thing = this.#things.shift()
    if (thing !== undefined) return Promise.resolve(thing)
    return new Promise((resolve) => this.#waiting.push(resolve))
  }
}

/** The parts of each runtime that are used here, because neither runtime's types know the other's. */
export interface BunNet {
  connect(options: BunOptions): Promise<BunSocket>
  listen(options: BunOptions): { readonly port: number; stop(): void }
}

interface BunOptions {
  readonly hostname?: string
  readonly port?: number
  readonly unix?: string
  readonly tls?: boolean
  /** Without this, and without a handler `end`, it closes at the peer's FIN. */
  readonly allowHalfOpen?: true
  readonly socket: {
    open?(socket: BunSocket): void
    data(socket: BunSocket, bytes: Uint8Array): void
    end?(): void
    close?(): void
  }
}

interface BunSocket {
  readonly readyState: number
  write(bytes: Uint8Array): number
  shutdown(): void
  end(): void
  terminate(): void
  reload(handlers: never): void
}

export interface DenoNet {
  connect(options: { hostname: string; port: number }): Promise<DenoConn>
  connect(options: { transport: "unix"; path: string }): Promise<DenoConn>
  connectTls(options: { hostname: string; port: number }): Promise<DenoConn>
  listen(options: { hostname: string; port: number }): {
    readonly addr: { readonly port: number }
    accept(): Promise<DenoConn>
    close(): void
  }
}

interface DenoConn {
  readonly localAddr: DenoAddress
  readonly remoteAddr: DenoAddress
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
  read(into: Uint8Array): Promise<number | null>
  write(bytes: Uint8Array): Promise<number>
  closeWrite(): Promise<void>
  close(): void
  setNoDelay(noDelay?: boolean): void
}

interface DenoAddress {
  readonly transport: string
  readonly hostname: string
  readonly port: number
}

const runtimes = globalThis as unknown as { readonly Bun?: BunNet; readonly Deno?: DenoNet }

/** Bun's sockets, if this is Bun. */
export const bunNet: BunNet | undefined = runtimes.Bun
/** Deno's sockets, if this is Deno. */
export const denoNet: DenoNet | undefined = runtimes.Deno

/** A socket of the runtime and its peer. */
export interface Pair extends AsyncDisposable {
  readonly given: Given
  readonly peer: Socket
}

/** A socket of this kind, and its peer. */
export async function pairOf(
  kind: Kind,
  side: "connected" | "accepted",
  hostname = "127.0.0.1",
): Promise<Pair> {
  if (side === "connected") {
    const server = await PlainServer.open(hostname)
    const given = await kind.connect(server.port, hostname)
    const peer = await server.accepted()
    return { given, peer, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
  }
  const server = await kind.listen(hostname)
  const [peer, given] = await Promise.all([dial(server.port, hostname), server.accepted()])
  return {
    given,
    peer,
    [Symbol.asyncDispose]() {
      peer.destroy()
      server.close()
      return Promise.resolve()
    },
  }
}

/** The file descriptor of a plain socket. */
export const descriptorOf = ({ localPort, remotePort }: Socket): number =>
  descriptorAt(localPort, remotePort)

/** The file descriptor of the connection on 127.0.0.1 between these ports, or -1. */
export const descriptorAt = (localPort = 0, remotePort = 0): number =>
  runtimeSockets().find(
    { family: 4, address: "127.0.0.1", port: localPort, scope: 0 },
    { family: 4, address: "127.0.0.1", port: remotePort, scope: 0 },
    () => true,
  ) ?? -1
