/**
 * Zerowire: zero-copy TCP for Bun and Deno.
 *
 * ```ts
 * import { connect } from "zerowire"
 *
 * const socket = await connect({ hostname: "127.0.0.1", port: 9000 })
 * await new Blob(["hello"]).stream().pipeTo(socket.writable)
 * console.log(socket.stats())
 * await socket.close()
 * ```
 *
 * @module
 */
export * from "./error.ts"
export {
  type CloseReport,
  connect,
  type ConnectOptions,
  listen,
  Listener,
  type ListenOptions,
  type NetAddress,
  type Ownership,
  type RuntimeSocket,
  Socket,
  type SocketOptions,
  type SocketStats,
  takeOver,
  type TakeOverOptions,
} from "./socket.ts"
