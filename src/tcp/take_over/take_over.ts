import { checkOptions } from "../../argument/mod.ts"
import { Unsupported, ZerowireError } from "../../error/mod.ts"
import { runtimeSockets } from "../../kernel/mod.ts"
import { defaultStack, type Stack } from "../../stack/mod.ts"
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
 * either, including those that `node:http` gives away with the events "connect" and "upgrade" (pass their
 * `head` as `received`). The peer notices nothing. To the runtime and to listeners of its socket it looks
 * like a close; using that socket afterwards has no effect on the connection.
 *
 * No byte from the peer is lost. Each is in one of three places:
 * - The program has it, from a `data` handler or a finished read. Pass it as `received` if `readable`
 *   should begin with it. `data` handlers are no longer called once `takeOver` is called, even before its
 *   promise resolves, so you can call it inside one.
 * - The runtime has buffered it (`node:net` does, and a stream of Deno may). `readable` delivers it,
 *   including what was put back with `unshift`.
 * - It is in the kernel.
 *
 * A pending `read` of a `Deno.TcpConn` fails with Interrupted and takes no byte.
 *
 * No permission is needed: having the socket proves that it was granted. A socket with SO_ZEROCOPY is
 * refused, because its next notification id cannot be known.
 *
 * @throws {ZerowireError} TakeOverRefused if the socket speaks TLS, has unsent data or a pending write,
 * is not connected, is closed or half closed by this side, is a Unix socket, has a locked stream, is
 * piped, has a web stream reading from it (`Readable.toWeb`: bytes may wait in there), or is being read
 * by `node:http`.
 * @throws {ZerowireError} Unsupported where Linux's libc cannot be called; PermissionDenied where Deno does
 * not permit it.
 * @throws {TypeError} if `socket` is not a socket of the runtime, for unknown options, and for values out
 * of range.
 */
export async function takeOver(
  socket: RuntimeSocket,
  options: TakeOverOptions = {},
): Promise<Socket> {
  checkTakenOver(socket)
  checkOptions(takeOverTaker, options)
  const resolved = resolveOptions(options)
  const received = checkReceived(options.received)
  const stack = libcStack()
  const taken = await takeOverSocket(stack.kernel, runtimeSockets(), socket, received)
  return new Socket(adopt(stack, taken.fd, resolved, taken), resolved)
}

/** The runtime's sockets cannot be taken over for sockets that are the runtime's themselves. */
function libcStack(): Stack {
  try {
    return defaultStack()
  } catch (failure) {
    if (!(failure instanceof ZerowireError) || failure.reason._tag !== "Unsupported") throw failure
    const message =
      `Cannot take over a socket: ${failure.message}. Open it with connect() or listen()`
    throw new ZerowireError(new Unsupported(message), failure.cause)
  }
}
