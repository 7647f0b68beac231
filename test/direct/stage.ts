import { test } from "node:test"
import {
  connect,
  createSlab,
  type DirectConnectOptions,
  type DirectListener,
  type DirectListenOptions,
  type DirectSocket,
  listen,
  type SendSlab,
  type SocketHandlers,
} from "../../src/mod.ts"
import { simulate } from "../../src/testing.ts"

/** One of the two kernels, as far as tests of handlers need it. */
export interface Stage {
  listen<Data>(options: DirectListenOptions<Data>): Promise<DirectListener<Data>>
  connect<Data>(options: DirectConnectOptions<Data>): Promise<DirectSocket<Data>>
  /** Slots that sockets of this kernel can send; a simulation has none. */
  slab?(): SendSlab
}

/** The same test on the simulated kernel, in virtual time, and on Linux. */
export function testOnBoth(name: string, body: (stage: Stage) => Promise<void>): void {
  test(`${name}: simulated`, { timeout: 30_000 }, async () => {
    const simulation = simulate()
    await simulation.run(() => body(simulation))
    await simulation.settle()
    simulation.checkMemory()
  })
  test(
    `${name}: linux`,
    { timeout: 30_000 },
    () => body({ listen, connect, slab: () => createSlab({ slotBytes: 4096, slots: 1 }) }),
  )
}

/** A connection over loopback whose both ends have handlers. It waits until both are open. */
export async function pair(
  stage: Stage,
  server: SocketHandlers,
  client: SocketHandlers,
  options: Omit<DirectListenOptions, "port" | "socket"> = {},
): Promise<{ readonly server: DirectSocket; readonly client: DirectSocket }> {
  const opened = Promise.withResolvers<DirectSocket>()
  const listener = await stage.listen({
    hostname: "127.0.0.1",
    port: 0,
    ...options,
    socket: {
      ...server,
      async open(socket) {
        opened.resolve(socket)
        await server.open?.(socket)
      },
    },
  })
  const { port } = listener.addr
  const connected = await stage.connect({ hostname: "127.0.0.1", port, ...options, socket: client })
  const accepted = await opened.promise
  listener.close()
  return { server: accepted, client: connected }
}

/** Collects what arrives, and tells when a number of bytes is there and when the socket is closed. */
export class Log {
  readonly closed = Promise.withResolvers<unknown>()
  readonly ended = Promise.withResolvers<void>()
  bytes: Uint8Array = new Uint8Array()
  calls = 0
  #wanted = Infinity
  #there = Promise.withResolvers<void>()

  /** Handlers that collect, and then do what `more` says. */
  handlers(more: Partial<SocketHandlers> = {}): SocketHandlers {
    return {
      ...more,
      data: (socket, bytes) => {
        this.add(bytes)
        return more.data?.(socket, bytes)
      },
      end: (socket) => {
        this.ended.resolve()
        return more.end?.(socket)
      },
      close: (socket, error) => {
        this.closed.resolve(error)
        return more.close?.(socket, error)
      },
    }
  }

  add(bytes: Uint8Array): void {
    this.calls++
    this.bytes = joined(this.bytes, bytes)
    if (this.bytes.byteLength >= this.#wanted) this.#there.resolve()
  }

  until(bytes: number): Promise<void> {
    this.#wanted = bytes
    this.#there = Promise.withResolvers()
    if (this.bytes.byteLength >= bytes) this.#there.resolve()
    return this.#there.promise
  }

  get text(): string {
    return textOf(this.bytes)
  }
}

export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
export const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)

/** Bytes of which no two neighbourhoods are alike. */
export function pattern(length: number, start = 0): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) bytes[i] = ((start + i) * 2654435761) >>> 13
  return bytes
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.byteLength
  }
  return all
}

/** A stream of one chunk, which comes at once. */
export const streamOf = (bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> =>
  new ReadableStream({
    start(controller) {
      controller.enqueue(bytes)
      controller.close()
    },
  })
