/**
 * Every function that takes options, with their names. The types compare these tables with the
 * interfaces: if an option is missing here, the code does not compile.
 *
 * @module
 */
import type { Names, Taker } from "../argument/mod.ts"
import type { ConnectOptions } from "./open/connect_options.ts"
import type { ListenOptions } from "./open/listen_options.ts"
import type { ShutdownOptions } from "./serve/shutdown_options.ts"
import type { SocketOptions } from "./options.ts"
import type { TakeOverOptions } from "./take_over/options.ts"
import type { FileRange, SendFileOptions, SendFromOptions } from "./transfer/options.ts"

const socketNames: Names<keyof SocketOptions> = {
  ownership: true,
  zerocopy: true,
  threshold: true,
  highWaterMark: true,
  hugePages: true,
  pinHeap: true,
  noDelay: true,
  closeTimeout: true,
  idleTimeout: true,
  readTimeout: true,
  writeTimeout: true,
}

const notHere = {
  unix: 'The option is "path"',
  tls: "Zerowire speaks plain TCP",
  keepAlive: "Call setKeepAlive() of the socket",
  timeout: 'The options are "idleTimeout", "readTimeout" and "writeTimeout"',
}

/** `connect` of `zerowire`. */
export const connectTaker: Taker<keyof ConnectOptions> = {
  action: "connect",
  example: 'connect({ hostname: "127.0.0.1", port: 8080 })',
  names: {
    ...socketNames,
    transport: true,
    hostname: true,
    port: true,
    path: true,
    connectTimeout: true,
    signal: true,
    fallback: true,
  },
  instead: notHere,
}

/** `listen`, of `zerowire` and of `zerowire/effect`. */
export const listenTaker: Taker<keyof ListenOptions> = {
  action: "listen",
  example: 'listen({ hostname: "127.0.0.1", port: 8080 })',
  names: {
    ...socketNames,
    transport: true,
    hostname: true,
    port: true,
    path: true,
    mode: true,
    fd: true,
    activated: true,
    backlog: true,
    reusePort: true,
    fallback: true,
  },
  instead: {
    ...notHere,
    signal: "Call close() of the listener",
    handler: "Pass it as the second argument of listen()",
    onError: "It goes with a handler, the second argument of listen() of zerowire",
  },
}

/** `shutdown` of a listener. */
export const shutdownTaker: Taker<keyof ShutdownOptions> = {
  action: "shut down",
  example: "listener.shutdown({ deadline: 10_000 })",
  names: { deadline: true },
  instead: {
    timeout: 'The option is "deadline", in milliseconds',
    signal: 'Call it with an earlier "deadline" again',
  },
}

/** `takeOver`, of `zerowire` and of `zerowire/effect`. */
export const takeOverTaker: Taker<keyof TakeOverOptions> = {
  action: "take over a socket",
  example: "takeOver(socket, { received: [bytes] })",
  names: { ...socketNames, received: true },
  instead: notHere,
}

const endInstead = 'Give "end", the byte after the last one: start + length'
const rangeInstead = {
  length: endInstead,
  count: endInstead,
  size: endInstead,
  bytes: endInstead,
}

/** `sendFile` of `zerowire`. */
export const sendFileTaker: Taker<keyof SendFileOptions> = {
  action: "send a file",
  example: 'sendFile(socket, "file.bin", { start: 0, end: 100 })',
  names: { start: true, end: true, signal: true },
  instead: rangeInstead,
}

/** `fileStream` of `zerowire`. */
export const fileStreamTaker: Taker<keyof FileRange> = {
  action: "read a file",
  example: 'fileStream("file.bin", { start: 0, end: 100 })',
  names: { start: true, end: true },
  instead: { ...rangeInstead, signal: "Give it to pipeTo(), or cancel the stream" },
}

/** `Socket.sendFrom`. */
export const sendFromTaker: Taker<keyof SendFromOptions> = {
  action: "send from a stream",
  example: "socket.sendFrom(readable, { buffers: 16 })",
  names: { bufferBytes: true, buffers: true, signal: true },
}
