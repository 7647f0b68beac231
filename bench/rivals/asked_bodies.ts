import { listen, type Socket } from "../../src/mod.ts"
import { noSums, Roster, type Sums } from "../../src/http/server/roster.ts"
import { body } from "./response.mjs"

/** A second port of a server that is asked. Who connects there gets bytes without end. */
export interface Bodies {
  readonly port: number
  /** How the bytes of the open connections went so far. */
  sent(): Sums
}

/** Listens, and sends by handlers or by streams. */
export async function sendBodies(way: string): Promise<Bodies> {
  const at = { hostname: "127.0.0.1", port: 0, ownership: "borrow" } as const
  const gone = new WeakSet<object>()
  if (way === "handlers") {
    return bodiesOf(
      await listen({
        ...at,
        socket: {
          open: fill,
          drain: fill,
          data() {},
          close: (socket) => void gone.add(socket),
          error: (socket) => void gone.add(socket),
        },
      }),
    )
  }
  const listener = await listen(at)
  sendAll(listener)
  return bodiesOf(listener)

  /** One body in a turn, so that everybody else has one, too. */
  function fill(socket: Parameters<typeof gone.add>[0] & { write(bytes: Uint8Array): number }) {
    if (gone.has(socket)) return
    if (socket.write(body) === body.byteLength) setImmediate(fill, socket)
  }
}

async function sendAll(sockets: AsyncIterable<Socket>): Promise<void> {
  for await (const socket of sockets) {
    const bodies = new ReadableStream({ pull: (to) => to.enqueue(body) }, { highWaterMark: 0 })
    bodies.pipeTo(socket.writable).catch(() => socket.abort())
  }
}

function bodiesOf(
  listener: { readonly addr: { readonly port: number }; readonly connections: readonly Socket[] },
): Bodies {
  return {
    port: listener.addr.port,
    sent() {
      const sums = noSums()
      new Roster(new Set(listener.connections.map((transport) => ({ transport })))).addTo(sums)
      return sums
    },
  }
}
