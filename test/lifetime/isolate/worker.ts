/** The Worker of `child.ts`: sends in the way that it is told, and ends in the way that it is told. */
import { readlinkSync } from "node:fs"
import process from "node:process"
import { setTimeout } from "node:timers/promises"
import { connect, createSlab, listen, type Socket } from "../../../src/mod.ts"
import { insideOf } from "../../../src/tcp/socket.ts"
import { type End, mark, type Task, type Way } from "./task.ts"

const scope = globalThis as unknown as {
  onmessage: (event: { readonly data: Task }) => void
  postMessage(message: unknown): void
  close(): void
}

/** Whatever is in use when the Worker ends. */
const kept: unknown[] = []

/** Each resolves when bytes are under way, and lie in memory of the kind that its name tells. */
const ways: Readonly<Record<Way, (socket: Socket) => Promise<void>>> = {
  async nothing() {},
  async chunks(socket) {
    write(socket, 300, 20_000)
    await untilInFlight(socket)
  },
  async sendFrom(socket) {
    socket.sendFrom(endless()).catch(() => {})
    await untilInFlight(socket)
  },
  async leases(socket) {
    const slab = createSlab({ slots: 64 })
    kept.push(slab)
    for (let i = 0; i < 64; i++) {
      const lease = await slab.lease()
      lease.bytes.fill(mark)
      socket.send(lease)
    }
    await untilInFlight(socket)
  },
  async courier(socket) {
    write(socket, 64, 1 << 20)
    const { queue } = insideOf(socket).connection
    while (!queue.away) await setTimeout(0)
  },
  async relay(socket) {
    const listener = await listen({ hostname: "127.0.0.1", port: 0 })
    const source = await connect({ port: listener.addr.port })
    const from = await listener.accept()
    kept.push(listener, source, from)
    write(source, 64, 1 << 20)
    from.readable.pipeTo(socket.writable).catch(() => {})
    // The peer takes nothing: some bytes are in the pipe.
    while (socket.stats().refusals === 0) await setTimeout(1)
  },
  async ended(socket) {
    const writer = socket.writable.getWriter()
    await writer.write(new Uint8Array(100_000).fill(mark))
    await writer.close()
  },
  async listener() {
    const listener = await listen({ hostname: "127.0.0.1", port: 0 })
    scope.postMessage(listener.addr.port)
    const socket = await listener.accept()
    const reader = socket.readable.getReader()
    kept.push(listener, socket, reader)
    await reader.read()
    reader.read().catch(() => {})
  },
}

const ends: Readonly<Record<End, () => void>> = {
  throws() {
    throw new Error("a bug in the Worker")
  },
  closes: () => scope.close(),
  exits: () => process.exit(0),
  // By whoever started it.
  "is terminated"() {},
}

scope.onmessage = async ({ data: { port, way, end } }) => {
  const socket = port === 0 ? undefined : await connect({ port, zerocopy: "always" })
  kept.push(socket)
  // Who has none is told to do what takes none.
  await ways[way](socket as Socket)
  scope.postMessage({
    // Of the form PID/task/TID.
    thread: readlinkSync("/proc/thread-self").split("/").at(-1),
    fd: socket && insideOf(socket).connection.fd,
  })
  if (end === "throws") setTimeout(0).then(() => queueMicrotask(ends.throws))
  else ends[end]()
}

function write(socket: Socket, count: number, bytes: number): void {
  const writer = socket.writable.getWriter()
  kept.push(writer)
  for (let i = 0; i < count; i++) {
    writer.write(new Uint8Array(bytes).fill(mark)).catch(() => {})
  }
}

const endless = (): ReadableStream<Uint8Array> =>
  new ReadableStream({
    type: "bytes",
    pull(controller) {
      const request = controller.byobRequest
      const view = request?.view as Uint8Array
      view.fill(mark)
      request?.respond(view.byteLength)
    },
  })

/** The peer reads nothing, so what is in flight stays there. */
async function untilInFlight(socket: Socket): Promise<void> {
  while (socket.stats().inFlightBytes < 100_000) await setTimeout(1)
}
