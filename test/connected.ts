import { connect } from "../src/tcp/open/connect_socket.ts"
import type { SocketOptions } from "../src/tcp/options.ts"
import type { Socket } from "../src/tcp/socket.ts"
import { PlainServer, type PlainSocket } from "./plain_peer.ts"

/** A connection to a plain peer, for the duration of `body`. */
export async function connected(
  options: SocketOptions,
  body: (socket: Socket, peer: PlainSocket) => Promise<void>,
): Promise<void> {
  await using server = await PlainServer.open()
  await using socket = await connect({ port: server.port, ...options })
  await body(socket, await server.accepted())
}
