import { cannotUse, type Taker } from "../../argument/mod.ts"
import { resetBecause } from "../connection/break_off.ts"
import { listenTaker } from "../known_options.ts"
import { handOver, type Listener, openOf } from "../listener.ts"
import { warnOfPause } from "../open/accept_pause.ts"
import type { ListenOptions } from "../open/listen_options.ts"
import { insideOf, type Socket, wasClosed } from "../socket.ts"

/**
 * Handles one connection. The socket is closed when it returns, or when the promise that it returns is
 * resolved. If it throws, the connection is reset, unless the program has already ended its writing or
 * closed the socket: the peer then gets everything, and the socket is closed.
 */
export type ConnectionHandler = (socket: Socket, listener: Listener) => unknown

/** Where to listen, options for the accepted sockets, and what to do about errors of their handler. */
export interface ServeOptions extends ListenOptions {
  /**
   * Called with what a handler throws, and with the error of the close after it, when bytes may be
   * missing at the peer. Called without a socket if the listener can accept no more connections; it is
   * then closed. Default: `console.error`.
   */
  readonly onError?: (error: unknown, socket?: Socket) => void
}

/** `listen` of `zerowire` with a handler. */
export const serveTaker: Taker<keyof ServeOptions> = {
  ...listenTaker,
  names: { ...listenTaker.names, onError: true },
}

/**
 * Checks a handler and its `onError`, and returns what runs it for each connection of a listener, until
 * the listener is closed.
 *
 * @throws {TypeError} if one of them is not a function.
 */
export function handling(
  handler: ConnectionHandler,
  onError: ServeOptions["onError"] = tell,
): (listener: Listener) => void {
  for (const [name, value] of Object.entries({ handler, onError })) {
    if (typeof value !== "function") throw cannotUse(name, value, "a function")
  }
  const report = (error: unknown, socket?: Socket) => {
    try {
      onError(error, socket)
    } catch (failure) {
      tell(failure, socket)
    }
  }
  return (listener) =>
    handOver(listener, {
      accepted(socket) {
        const ended = openOf(listener).handle()
        handle(socket, () => handler(socket, listener))
          .catch((error) => report(error, socket))
          .finally(ended)
      },
      waiting: warnOfPause,
      failed(failure) {
        report(failure)
        listener.close()
      },
    })
}

async function handle(socket: Socket, handler: () => unknown): Promise<void> {
  try {
    await handler()
  } catch (error) {
    await end(socket, error)
    throw error
  }
  // If the handler has closed it, it also has the error.
  const known = wasClosed(socket)
  try {
    await socket.close()
  } catch (error) {
    if (!known) throw error
  }
}

/** The handler has failed with `error`. */
async function end(socket: Socket, error: unknown): Promise<void> {
  const { connection } = insideOf(socket)
  if (connection.state === "closed") return
  // Its own `close` may still wait, and it was called before the error.
  const ends = wasClosed(socket) || (connection.queue.ended && !connection.failed)
  if (!ends) return resetBecause(connection, error)
  try {
    await socket.close()
  } catch {
    // `error` says why.
  }
}

function tell(error: unknown, socket?: Socket): void {
  const what = socket === undefined
    ? "a listener can accept no more connections"
    : `the handler of a connection from ${addressOf(socket)} failed`
  // deno-lint-ignore no-console -- the program has no `onError`, and errors must not be lost
  console.error(`zerowire: ${what}:`, error)
}

const addressOf = ({ remoteAddr: { hostname, port } }: Socket): string => `${hostname}:${port}`
