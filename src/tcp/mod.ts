/**
 * TCP sockets.
 *
 * @module
 */
export { checkHostname, checkPort, formatAddr, type NetAddress, resolve } from "./address.ts"
export { resetBecause } from "./connection/break_off.ts"
export { Connection } from "./connection/connection.ts"
export { finishWriting, finishWritingAfterPipe } from "./connection/finish.ts"
export type { SocketStats, ZerocopyStats } from "./connection/stats.ts"
export { close } from "./connection/close.ts"
export { waitsForSource } from "./connection/stall_watch.ts"
export { closeGracefully, type CloseReport, reset } from "./connection/teardown.ts"
export { toRest } from "./connection/to_rest.ts"
export { DirectListener } from "./direct/direct_listener.ts"
export { DirectSocket, type SocketHandlers } from "./direct/direct_socket.ts"
export {
  type DirectConnectOptions,
  type DirectListenOptions,
  type DirectOptions,
  hasHandlers,
} from "./direct/options.ts"
export { connectTaker, sendFileTaker, sendFromTaker } from "./known_options.ts"
export { acceptFrom, handOver, Listener, openOf, shutDown, untilShutDown } from "./listener.ts"
export type { ConnectOptions } from "./open/connect_options.ts"
export { connect, connectDirectlyOn, connectOn, opening } from "./open/connect_socket.ts"
export { listen, listenDirectlyOn, listening, listenOn } from "./open/listen.ts"
export type { ListenOptions } from "./open/listen_options.ts"
export type { Restore } from "./open/restore.ts"
export type { Consumer } from "./receive/receiver.ts"
export type { SocketOptions } from "./options.ts"
export type { Place } from "./send/order.ts"
export { checkChunk, type Ownership, writtenByProgram } from "./send/ownership.ts"
export { Sent, waitsOf } from "./send/sent_lease.ts"
export { untilTurn } from "./send/turn.ts"
export { ChunkWriter } from "./send/writer.ts"
export type { ConnectionHandler, ServeOptions } from "./serve/handler.ts"
export type { ShutdownOptions, ShutdownReport } from "./serve/shutdown_options.ts"
export { insideOf, Socket } from "./socket.ts"
export { MovedBytes, type Part as MovedPart } from "./streams/moved_bytes.ts"
export { beginNow, type Begun, type Moves, movesOf, takeNow } from "./streams/short_pipe.ts"
export type { BunSocket } from "./take_over/bun.ts"
export type { DenoAddress, DenoConn } from "./take_over/deno.ts"
export type { TakeOverOptions } from "./take_over/options.ts"
export type { NodeSocket, RuntimeSocket } from "./take_over/take.ts"
export { takeOver } from "./take_over/take_over.ts"
export { fileTransfer, sendFile, streamTransfer } from "./transfer/of_socket.ts"
export { fileStream } from "./transfer/file_stream.ts"
export { givenFile, givenPath, openChecked } from "./transfer/given.ts"
export type { OpenFile } from "./transfer/open_file.ts"
export { streamOfOpenFile, streamOfParts } from "./transfer/stream_from.ts"
export { type FilePart, lengthOf, type Part } from "./transfer/part.ts"
export type {
  FileRange,
  FileStatus,
  RuntimeFile,
  SendFileOptions,
  SendFromOptions,
} from "./transfer/options.ts"
