// deno-lint-ignore-file zerowire/runtime-at-home -- what the runtimes themselves offer is compared here
/**
 * The runtime's own streams of files and sockets, to compare with.
 *
 * @module
 */
import { once } from "node:events"
import { connect } from "node:net"
import { Writable } from "node:stream"
import type { HostPort } from "../address.ts"

/** The runtime's own stream of a file. */
export async function ownStream(path: string): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const { Bun, Deno } = globalThis as unknown as Runtimes
  if (Bun !== undefined) return Bun.file(path).stream()
  if (Deno !== undefined) return (await Deno.open(path)).readable
  throw new Error("Cannot stream a file: this is neither Bun nor Deno")
}

/**
 * Pipes into the runtime's own stream of a socket. Resolves when the peer has closed its side, too, which it
 * does when it has everything.
 */
export async function pipeToOwn(
  source: ReadableStream<Uint8Array>,
  { hostname, port }: HostPort,
): Promise<void> {
  const { Deno } = globalThis as unknown as Runtimes
  if (Deno === undefined) {
    const socket = connect(port, hostname)
    await once(socket, "connect")
    const closed = once(socket.resume(), "close")
    // If the connection is lost, both fail.
    await Promise.all([
      source.pipeTo(Writable.toWeb(socket) as WritableStream<Uint8Array>),
      closed,
    ])
  } else {
    const connection = await Deno.connect({ hostname, port })
    await source.pipeTo(connection.writable, { preventClose: true })
    await connection.closeWrite()
    await connection.read(new Uint8Array(1))
    connection.close()
  }
}

interface Runtimes {
  readonly Bun?: {
    file(path: string): { stream(): ReadableStream<Uint8Array<ArrayBuffer>> }
  }
  readonly Deno?: {
    open(path: string): Promise<{ readonly readable: ReadableStream<Uint8Array<ArrayBuffer>> }>
    connect(address: HostPort): Promise<{
      readonly writable: WritableStream<Uint8Array>
      read(into: Uint8Array): Promise<number | null>
      closeWrite(): Promise<void>
      close(): void
    }>
  }
}
