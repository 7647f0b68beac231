import { checkOptions } from "../../argument/mod.ts"
import { runtimeSockets } from "../../kernel/mod.ts"
import { defaultStack } from "../../stack/mod.ts"
import { checkReceived } from "../given_received.ts"
import { checkTakenOver } from "../given_socket.ts"
import { takeOverTaker } from "../known_options.ts"
import { adopt } from "../open/adopt.ts"
import { resolveOptions } from "../options.ts"
import { Socket } from "../socket.ts"
import type { TakeOverOptions } from "./options.ts"
import { type RuntimeSocket, takeOverSocket } from "./take.ts"

/**
 * Takes a connection over from the runtime: a `Bun.Socket`, a `Deno.TcpConn`, or a `node:net` Socket of
 * either, such as `node:http` gives away with the events "connect" and "upgrade", whose `head` is to be
 * passed on as `received`. The peer sees nothing of it. To the runtime, and to whoever listens to its socket, it looks
 * like a close; whatever is done with that socket afterwards has no effect on the connection.
 *
 * Nothing that the peer has sent is lost. It is in one of three places:
 * - The program has it, by a `data` handler or a read that has ended. Who wants `readable` to begin
 *   with it passes it on as `received`. No `data` handler is called any more once `takeOver` was
 *   called, even before its promise resolves, so it can be called inside one.
 * - The runtime has buffered it (`node:net` does, and a stream of Deno may): `readable` gives it, what
 *   was put back by `unshift` included.
 * - It is in the kernel.
 *
 * A pending `read` of a `Deno.TcpConn` fails with Interrupted, having taken no byte.
 *
 * There is no permission to ask for: the socket is the proof that it was given. Where SO_ZEROCOPY is
 * set the socket is refused, because the number of its next notification id cannot be known.
 *
 * @throws {ZerowireError} TakeOverRefused for TLS, for a socket with unsent data or a pending write,
 * for one that is not connected, closed or half closed by this side, for a unix socket, while a stream
 * of it is locked, while it is piped or a web stream was made of it (`Readable.toWeb`: bytes may wait in
 * there), and while `node:http` reads messages from it.
 * @throws {TypeError} for what is not a socket of the runtime, and for options that there are not, or that
 * are out of range.
 */
export async function takeOver(
  socket: RuntimeSocket,
  options: TakeOverOptions = {},
): Promise<Socket> {
  checkTakenOver(socket)
  checkOptions(takeOverTaker, options)
  const resolved = resolveOptions(options)
  const received = checkReceived(options.received)
  const stack = defaultStack()
  const taken = await takeOverSocket(stack.kernel, runtimeSockets(), socket, received)
  return new Socket(adopt(stack, taken.fd, resolved, taken), resolved)
}
