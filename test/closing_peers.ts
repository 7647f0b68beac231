import { connect } from "../src/tcp/open/connect_socket.ts"
import { listen } from "../src/tcp/open/listen.ts"
import type { SocketOptions } from "../src/tcp/options.ts"
import type { Socket } from "../src/tcp/socket.ts"
import { PlainServer, type PlainSocket } from "./plain_peer.ts"

export async function withPlainPeer(
  options: SocketOptions,
  body: (socket: Socket, peer: PlainSocket) => Promise<void>,
): Promise<void> {
  await using server = await PlainServer.open()
  const socket = await connect({ port: server.port, ...options })
  await body(socket, await server.accepted())
  await socket.abort()
}

/** A peer that reads nothing unless told to. */
export async function withSilentPeer(
  options: SocketOptions,
  body: (socket: Socket, peer: Socket) => Promise<void>,
): Promise<void> {
  await using listener = await listen({ hostname: "127.0.0.1", port: 0 })
  const socket = await connect({ port: listener.addr.port, ...options })
  const peer = await listener.accept()
  await body(socket, peer)
  await socket.abort()
  await peer.abort()
}
