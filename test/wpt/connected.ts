/** A socket and its plain peer, for the cases of the streams suite. */
import assert from "node:assert/strict"
import { ZerowireError } from "../../src/error/mod.ts"
import { connect } from "../../src/tcp/open/connect_socket.ts"
import type { SocketOptions } from "../../src/tcp/options.ts"
import type { Socket } from "../../src/tcp/socket.ts"
import { PlainServer, type PlainSocket } from "../plain_peer.ts"

/** What the peer has seen of one connection so far. */
export interface Seen {
  readonly peer: PlainSocket
  readonly socket: Socket
  /** The text that has arrived. */
  text: string
  /** How it ended: the peer answers a FIN with its own. */
  readonly ended: Promise<"fin" | "reset">
  /** Whether it has ended. */
  over: boolean
}

/** Runs `body` with a connection to a listening peer, and resets the connection afterwards if it is open. */
export async function connected(
  body: (writable: WritableStream<Uint8Array>, seen: Seen) => Promise<void>,
  options: SocketOptions = {},
): Promise<void> {
  await using server = await PlainServer.open()
  const socket = await connect({ port: server.port, ...options })
  const peer = await server.accepted()
  const ended = new Promise<"fin" | "reset">((resolve) => {
    peer.on("end", () => resolve("fin"))
    peer.on("error", () => resolve("reset"))
  })
  const seen: Seen = { peer, socket, text: "", ended, over: false }
  ended.then(() => {
    seen.over = true
    peer.end()
  })
  peer.setEncoding("latin1")
  peer.on("data", (text) => seen.text += text)
  await body(socket.writable, seen)
  await socket.abort()
}

/** `text` as one chunk. */
export const chunk = (text: string): Uint8Array => new TextEncoder().encode(text)

/** A source whose controller the test holds. */
export function heldSource(underlying: UnderlyingDefaultSource<Uint8Array> = {}) {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  const readable = new ReadableStream<Uint8Array>({
    ...underlying,
    start(given) {
      controller = given
    },
  })
  assert.ok(controller !== undefined)
  return { readable, controller }
}

/** Resolves when the peer's text ends with this one. */
export async function arrives(seen: Seen, text: string): Promise<void> {
  while (!seen.text.endsWith(text)) await new Promise((resolve) => setTimeout(resolve, 1))
}

/** Waits long enough for something that must not happen to happen. */
export const aWhile = () => new Promise((resolve) => setTimeout(resolve, 30))

export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  let failure: unknown
  await assert.rejects(promise, (error) => {
    failure = error
    return true
  })
  return failure
}

export async function zerowireError(promise: Promise<unknown>): Promise<ZerowireError> {
  const failure = await rejection(promise)
  assert.ok(failure instanceof ZerowireError, `${failure} is no ZerowireError`)
  return failure
}
