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
export type { Lease, LeaseState } from "./slab.ts"
export {
  type CloseReport,
  connect,
  type ConnectOptions,
  createSlab,
  listen,
  Listener,
  type ListenOptions,
  type NetAddress,
  type Ownership,
  type RuntimeSocket,
  type SendSlab,
  type SendSlabOptions,
  type Sent,
  Socket,
  type SocketOptions,
  type SocketStats,
  takeOver,
  type TakeOverOptions,
} from "./socket.ts"
