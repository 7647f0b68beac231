/**
 * Zerowire for Effect: sockets that live in a `Scope`, a `Sink` and a `Stream` of bytes, layers for the
 * `Socket` and `SocketServer` of Effect, options from `Config`, and metrics.
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Stream from "effect/Stream"
 * import { connect, sink } from "zerowire/effect"
 *
 * const program = Effect.gen(function* () {
 *   const socket = yield* connect({ port: 9000 })
 *   yield* Stream.make(new TextEncoder().encode("hello")).pipe(Stream.run(sink(socket)))
 *   yield* Effect.log(socket.stats())
 * })
 *
 * await Effect.runPromise(Effect.scoped(program))
 * ```
 *
 * Every failure is a `ZerowireError`; its `reason._tag` says what happened. Options out of range and
 * chunks that cannot be sent are defects: TypeErrors.
 *
 * @module zerowire/effect
 */
export * from "./error/mod.ts"
export { connectOptionsConfig, listenOptionsConfig, socketOptionsConfig } from "./effect/config.ts"
export { connect, takeOver } from "./effect/connect.ts"
export { abort, close } from "./effect/lifetime.ts"
export { listen, type Listener } from "./effect/listen.ts"
export type {
  ConnectOptions,
  SendFileOptions,
  SendFromOptions,
  SinkOptions,
} from "./effect/options.ts"
export { closeWrite } from "./effect/send.ts"
export { layerSocketServer, makeSocketServer, ServedSocket } from "./effect/service_server.ts"
export { layerSocket, makeSocket } from "./effect/service_socket.ts"
export { sink } from "./effect/sink.ts"
export { lease, makeSlab, sendLease, type SentLease } from "./effect/slab.ts"
export { stream } from "./effect/stream.ts"
export { sendFile, sendFrom } from "./effect/transfer.ts"
export type { Lease, LeaseState, SendSlab, SendSlabOptions } from "./memory/mod.ts"
export type { CopyReason } from "./pieces/mod.ts"
export type {
  BunSocket,
  CloseReport,
  DenoAddress,
  DenoConn,
  FileStatus,
  ListenOptions,
  NetAddress,
  NodeSocket,
  Ownership,
  RuntimeFile,
  RuntimeSocket,
  ShutdownOptions,
  ShutdownReport,
  Socket,
  SocketOptions,
  SocketStats,
  TakeOverOptions,
  ZerocopyStats,
} from "./tcp/mod.ts"
export type { ThresholdSource } from "./zerocopy/mod.ts"
export * as metrics from "./effect/metrics.ts"
