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
  type BunSocket,
  type CloseReport,
  connect,
  type ConnectOptions,
  type CopyReason,
  createSlab,
  type DenoAddress,
  type DenoConn,
  listen,
  Listener,
  type ListenOptions,
  type NetAddress,
  type NodeSocket,
  type Ownership,
  type RuntimeSocket,
  sendFile,
  type SendFileOptions,
  type SendFromOptions,
  type SendSlab,
  type SendSlabOptions,
  type Sent,
  Socket,
  type SocketOptions,
  type SocketStats,
  takeOver,
  type TakeOverOptions,
  type ThresholdSource,
} from "./socket.ts"
