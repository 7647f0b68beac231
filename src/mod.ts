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
 * @module zerowire
 */
export * from "./error/mod.ts"
export type { Lease, LeaseState, SendSlab, SendSlabOptions } from "./memory/mod.ts"
export type { CopyReason } from "./pieces/mod.ts"
export {
  createSlab,
  type Fallback,
  type FallbackOption,
  type ProcessStats,
  processStats,
} from "./stack/mod.ts"
export {
  type BunSocket,
  type CloseReport,
  connect,
  type ConnectionHandler,
  type ConnectOptions,
  type DenoAddress,
  type DenoConn,
  type DirectConnectOptions,
  DirectListener,
  type DirectListenOptions,
  type DirectOptions,
  DirectSocket,
  type FileRange,
  type FileStatus,
  fileStream,
  listen,
  Listener,
  type ListenOptions,
  type NetAddress,
  type NodeSocket,
  type Ownership,
  type RuntimeFile,
  type RuntimeSocket,
  sendFile,
  type SendFileOptions,
  type SendFromOptions,
  type Sent,
  type ServeOptions,
  type ShutdownOptions,
  type ShutdownReport,
  Socket,
  type SocketHandlers,
  type SocketOptions,
  type SocketStats,
  takeOver,
  type TakeOverOptions,
  type ZerocopyStats,
} from "./tcp/mod.ts"
export type { ThresholdSource } from "./zerocopy/mod.ts"
