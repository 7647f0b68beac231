import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after } from "node:test"
import { pattern, PlainServer, receiveAll } from "./plain_peer.ts"
import { connect, type Socket, type SocketOptions } from "../src/mod.ts"

export const folder = mkdtempSync(join(tmpdir(), "zerowire-file-"))
after(() => rmSync(folder, { recursive: true }))

export const contents = pattern(5_000_000)

export const path = fileOf(contents)

/** Connects to a plain peer, closes after `send`, and returns what the peer received. */
export async function sending(
  send: (socket: Socket, start: () => void) => Promise<unknown>,
  { waits = false, ...options }: SocketOptions & { readonly waits?: boolean } = {},
): Promise<{ readonly received: Uint8Array<ArrayBuffer>; readonly socket: Socket }> {
  await using server = await PlainServer.open()
  const socket = await connect({ port: server.port, ...options })
  const peer = await server.accepted()
  const received = Promise.withResolvers<Uint8Array<ArrayBuffer>>()
  const start = () =>
    void receiveAll(peer).finally(() => peer.end()).then(received.resolve, received.reject)
  if (!waits) start()
  try {
    await send(socket, start)
    await socket.close()
  } catch (failure) {
    await socket.abort()
    throw failure
  }
  return { received: await received.promise, socket }
}

/** A file of these bytes. */
function fileOf(bytes: Uint8Array): string {
  const path = join(folder, "contents")
  writeFileSync(path, bytes)
  return path
}
