import process from "node:process"
import { connect, listen, type Socket } from "../tcp/mod.ts"
import type { HostPort } from "./address.ts"
import { onSignal } from "./on_signal.ts"
import { resetWhenKilled } from "./reset_when_killed.ts"

/** Passes connections on until the process is interrupted, and returns the exit status. */
export async function relay(
  at: HostPort,
  to: HostPort,
  { quiet = false }: { readonly quiet?: boolean },
): Promise<number> {
  const listener = await listen(at)
  const { hostname, port } = listener.addr
  if (!quiet) {
    process.stderr.write(
      `Relaying from ${hostname}, port ${port}, to ${to.hostname}, port ${to.port}\n`,
    )
  }
  const open = new Set<Socket>()
  onSignal(() => Promise.all([...open].map((socket) => socket.abort())))
  for await (const client of listener) {
    open.add(resetWhenKilled(client))
    pass(client, to, open).catch((failure: Error) => {
      process.stderr.write(`zerowire: ${failure.message}\n`)
    }).finally(() => open.delete(client))
  }
  return 0
}

async function pass(client: Socket, to: HostPort, open: Set<Socket>): Promise<void> {
  let server: Socket | undefined
  try {
    server = resetWhenKilled(await connect(to))
    open.add(server)
    // The end of a pipe sends a FIN to the other side, which can go on sending.
    await Promise.all([
      client.readable.pipeTo(server.writable),
      server.readable.pipeTo(client.writable),
    ])
    await Promise.all([client.close(), server.close()])
  } catch (failure) {
    await Promise.all([client.abort(), server?.abort()])
    throw failure
  } finally {
    if (server !== undefined) open.delete(server)
  }
}
