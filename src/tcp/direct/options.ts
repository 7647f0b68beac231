import { checkOptions, oneOf, type Taker } from "../../argument/mod.ts"
import { connectTaker, listenTaker } from "../known_options.ts"
import type { ConnectOptions } from "../open/connect_options.ts"
import type { ListenOptions } from "../open/listen_options.ts"
import type { Direct, SocketHandlers } from "./direct_socket.ts"
import { checkHandlers } from "./handlers.ts"

/** Options of sockets with handlers. */
export interface DirectOptions<Data = undefined> {
  /** What to do when something happens to a socket. */
  readonly socket: SocketHandlers<Data>
  /** The first value of `data` of every socket. */
  readonly data?: Data
  /** Whether a socket goes on sending when its peer has ended. Default false: it is ended, too. */
  readonly allowHalfOpen?: boolean
}

/** Where to listen, and what to do with connections. */
export interface DirectListenOptions<Data = undefined> extends ListenOptions, DirectOptions<Data> {}

/** Where to connect to, and what to do with the connection. */
export interface DirectConnectOptions<Data = undefined>
  extends ConnectOptions, DirectOptions<Data> {}

/** Whether the options have handlers. */
export const hasHandlers = <O extends object, Data>(
  options: O | (O & DirectOptions<Data>),
): options is O & DirectOptions<Data> =>
  typeof options === "object" && options !== null &&
  (options as { readonly socket?: unknown }).socket !== undefined

/**
 * Checks the options of `listen` or `connect` with handlers, and returns what its sockets have in common.
 *
 * @throws {TypeError} for options and handlers that there are not, or that are out of range.
 */
export function direct<Data>(taker: Taker, options: DirectOptions<Data>): Direct<Data> {
  checkOptions(taker, options)
  checkHandlers(taker.action, options.socket)
  const allowHalfOpen = oneOf("allowHalfOpen", [true, false], options.allowHalfOpen, false)
  return { handlers: options.socket, allowHalfOpen, data: options.data as Data }
}

const directNames = { socket: true, data: true, allowHalfOpen: true } as const

/** `listen` with handlers. */
export const directListenTaker: Taker<keyof DirectListenOptions> = {
  ...listenTaker,
  example: "listen({ port: 8080, socket: { data(socket, bytes) { socket.write(bytes) } } })",
  names: { ...listenTaker.names, ...directNames },
}

/** `connect` with handlers. */
export const directConnectTaker: Taker<keyof DirectConnectOptions> = {
  ...connectTaker,
  example: "connect({ port: 8080, socket: { data(socket, bytes) { … } } })",
  names: { ...connectTaker.names, ...directNames },
}
