/**
 * Every function that takes options, and the names of these. The tables are held against the interfaces by
 * their types: an option that is missing here does not compile.
 *
 * @module
 */
import type { Names, Taker } from "../argument.ts"
import type { ConnectOptions, ListenOptions, TakeOverOptions } from "../socket.ts"
import type { SocketOptions } from "./options.ts"
import type { SendFileOptions } from "./send_file.ts"
import type { SendFromOptions } from "./send_from.ts"
import type { SendSlabOptions } from "./send_slab.ts"

const socketNames: Names<keyof SocketOptions> = {
  ownership: true,
  zerocopy: true,
  threshold: true,
  highWaterMark: true,
  hugePages: true,
  pinHeap: true,
  noDelay: true,
  closeTimeout: true,
}

const notHere = {
  tls: "Zerowire speaks plain TCP",
  keepAlive: "Call setKeepAlive() of the socket",
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
    connectTimeout: true,
    signal: true,
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
    backlog: true,
    reusePort: true,
  },
  instead: { ...notHere, signal: "Call close() of the listener" },
}

/** `takeOver`, of `zerowire` and of `zerowire/effect`. */
export const takeOverTaker: Taker<keyof TakeOverOptions> = {
  action: "take over a socket",
  example: "takeOver(socket, { received: [bytes] })",
  names: { ...socketNames, received: true },
  instead: notHere,
}

/** `createSlab`, and `makeSlab` of `zerowire/effect`. */
export const slabTaker: Taker<keyof SendSlabOptions> = {
  action: "make a slab",
  example: "createSlab({ slotBytes: 65536, slots: 256 })",
  names: {
    slotBytes: true,
    slots: true,
    hugePages: true,
    detach: true,
    onViolation: true,
    protect: true,
  },
}

const endInstead = 'Give "end", the byte after the last one: start + length'

/** `sendFile` of `zerowire`. */
export const sendFileTaker: Taker<keyof SendFileOptions> = {
  action: "send a file",
  example: 'sendFile(socket, "file.bin", { start: 0, end: 100 })',
  names: { start: true, end: true, signal: true },
  instead: { length: endInstead, count: endInstead, size: endInstead, bytes: endInstead },
}

/** `Socket.sendFrom`. */
export const sendFromTaker: Taker<keyof SendFromOptions> = {
  action: "send from a stream",
  example: "socket.sendFrom(readable, { buffers: 16 })",
  names: { bufferBytes: true, buffers: true, signal: true },
}
