/**
 * A moment that is hard to come by: a courier's call has ended, the peer has acknowledged all of it, and
 * JavaScript has not heard of it yet.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises"
import { linuxKernel } from "../src/kernel/mod.ts"
import { courierPatience, errno } from "../src/kernel/port.ts"
import { connect } from "../src/tcp/open/connect_socket.ts"
import { listen } from "../src/tcp/open/listen.ts"
import { insideOf, type Socket } from "../src/tcp/socket.ts"

/** Why no courier can be had here, or false. */
export const courierObstacle = (): string | false =>
  linuxKernel().pinLimits.memlockBytes >= 2 * writtenBytes
    ? false
    : "a courier's call needs CAP_IPC_LOCK, or a larger `ulimit -l`"

/** The peer of a socket for which a courier sends, as a file descriptor without a runtime in between. */
export interface RawPeer {
  /** Port of the socket that this is the peer of. */
  readonly port: number
  /** How the connection ends. What comes before is thrown away. */
  ending(): Promise<"fin" | "reset">
}

/** Runs `body` in that moment: until it awaits something, nothing of the call is known here. */
export async function inCourierCall(
  body: (socket: Socket, peer: RawPeer) => Promise<void>,
): Promise<void> {
  // A machine that is busy may cut a call short too soon, by `courierPatience`.
  while (!await attempt(body));
}

/** Answers whether the moment came. */
async function attempt(body: (socket: Socket, peer: RawPeer) => Promise<void>): Promise<boolean> {
  await using listener = await listen({ hostname: "127.0.0.1", port: 0 })
  const options = { zerocopy: "always", highWaterMark: 2 * writtenBytes } as const
  const socket = await connect({ port: listener.addr.port, ...options })
  const peer = await listener.accept()
  try {
    const { queue } = insideOf(socket).connection
    const reader = new Reader(insideOf(peer).connection.fd)
    const writer = socket.writable.getWriter()
    writer.closed.catch(() => {})
    for (let bytes = 0; bytes < writtenBytes; bytes += chunkBytes) {
      writer.write(new Uint8Array(chunkBytes)).catch(() => {})
    }
    // A busy machine may fill the kernel's buffers before a courier is called. Nobody is called then.
    for (const began = performance.now(); !queue.away;) {
      if (performance.now() - began > patience) return false
      await setImmediate()
    }
    // Its thread may have to start first.
    while (queue.away && reader.bytes <= queue.acceptedBytes) {
      reader.read()
      await setImmediate()
    }
    if (!queue.away) return false
    reader.readAll()
    await body(socket, { port: peer.remoteAddr.port, ending: () => reader.ending() })
    return true
  } finally {
    await socket.abort()
    await peer.abort()
  }
}

class Reader {
  readonly #fd: number
  readonly #memory = kernel.memoryOf(new ArrayBuffer(chunkBytes))
  bytes = 0

  constructor(fd: number) {
    this.#fd = fd
  }

  read(): number {
    const n = kernel.receive(this.#fd, this.#memory, 0, this.#memory.buffer.byteLength)
    if (n > 0) this.bytes += n
    return n
  }

  /** Until so long nothing has come that no call can be waiting any more. It does not let others run. */
  readAll(): void {
    for (let last = performance.now(); performance.now() - last < 2 * courierPatience;) {
      if (this.read() > 0) last = performance.now()
    }
  }

  async ending(): Promise<"fin" | "reset"> {
    for (;;) {
      const n = this.read()
      if (n === 0) return "fin"
      if (n === -errno.EAGAIN) await setImmediate()
      else if (n < 0) return "reset"
    }
  }
}

const kernel = linuxKernel()

/** More than a courier needs to begin, and than the buffers of both sides hold. */
const writtenBytes = 32 * 1024 * 1024
const chunkBytes = 1024 * 1024

/** Milliseconds after which a courier is not called any more. */
const patience = 2000
