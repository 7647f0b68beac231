/**
 * All peers of a soak, with the runtime's own sockets and nothing of Zerowire's.
 *
 * @module
 */
import { createHash, type Hash } from "node:crypto"
import { type AddressInfo, connect, createServer, type Socket } from "node:net"
import process from "node:process"
import { Readable } from "node:stream"
import { Askers } from "./askers.ts"
import { fill, firstWrong, headOf, idOf } from "./content.ts"
import { type End, hear, say } from "./messages.ts"
import { headBytes, type Plan, sourceOf } from "./plan.ts"
import { tcpState } from "./tcp_state.ts"

const [host] = process.argv.slice(2)
let readBytes = 0
let askers: Askers | undefined
const plans = new Map<number, Plan>()
const waiting = new Map<number, () => void>()
const open = new Set<Peer>()

/** One connection, once its plan is known. */
class Peer {
  readonly #plan: Plan
  readonly #socket: Socket
  readonly #hash: Hash = createHash("sha256")
  #bytes = 0
  #wrongAt = -1
  #turned = false
  #told = false

  constructor(plan: Plan, socket: Socket) {
    this.#plan = plan
    this.#socket = socket
    open.add(this)
    if (plan.behaviour === "halfClose") this.#speak()
  }

  take(chunk: Uint8Array): void {
    const { id, behaviour, turnAt, pauseMillis } = this.#plan
    if (this.#wrongAt < 0) {
      const wrong = firstWrong(id, this.#bytes, chunk)
      if (wrong >= 0) this.#wrongAt = this.#bytes + wrong
    }
    this.#hash.update(chunk)
    this.#bytes += chunk.byteLength
    readBytes += chunk.byteLength
    if (behaviour === "slow") this.#pause(chunk.byteLength / slowBytesPerMilli)
    if (this.#turned || this.#bytes < turnAt) return
    this.#turned = true
    if (behaviour === "stall") this.#pause(pauseMillis)
    if (behaviour === "reset") {
      this.#socket.resetAndDestroy()
      this.tell({ how: "left" })
    }
    if (behaviour === "silent" || behaviour === "vanish") this.#turnAway()
  }

  /** It is asked for at the end of the soak. */
  tellUnfinished(): void {
    const { localPort = 0, remotePort = 0 } = this.#socket
    const kernel = tcpState(localPort, remotePort)
    this.tell({ how: "open", ...(kernel && { kernel }) })
  }

  /** Says what has come, once. */
  tell(end: End): void {
    if (this.#told) return
    this.#told = true
    open.delete(this)
    const sha256 = this.#hash.digest("hex")
    const { id } = this.#plan
    say({ type: "received", id, bytes: this.#bytes, sha256, wrongAt: this.#wrongAt, end })
  }

  #speak(): void {
    const { id, upBytes } = this.#plan
    const up = new Uint8Array(upBytes)
    fill(id, headBytes, up)
    this.#socket.end(up)
  }

  #pause(millis: number): void {
    this.#socket.pause()
    setTimeout(() => this.#socket.resume(), millis)
  }

  /** Reads no more, and dies in silence when nobody can expect an answer any more. */
  #turnAway(): void {
    const { behaviour, address, id } = this.#plan
    this.#socket.pause()
    if (behaviour === "vanish") say({ type: "vanish", id, address })
    setTimeout(() => {
      this.tell({ how: "left" })
      this.#socket.destroy()
    }, silenceMillis)
  }
}

const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => serve(socket))
server.listen({ host: "0.0.0.0", port: 0, backlog: 511 }, () => {
  say({ type: "listening", port: (server.address() as AddressInfo).port })
})

hear((message) => {
  if (message.type === "plan") {
    const { plan, port } = message
    plans.set(plan.id, plan)
    waiting.get(plan.id)?.()
    if (plan.way === "relay") feed(plan, port)
    if (plan.side === "accept") dial(plan, port)
  }
  if (message.type === "ask") askers = new Askers({ ...message, host })
  if (message.type === "stopAsking") askers?.stop().then(say)
  if (message.type === "finish") {
    for (const peer of [...open]) peer.tellUnfinished()
    say({ type: "finished" })
  }
})

setInterval(() => say({ type: "progress", bytes: readBytes }), 1000)

function dial({ id }: Plan, port: number): void {
  const socket = connect({ host, port, allowHalfOpen: true }, () => {
    socket.write(headOf(id))
    serve(socket)
  })
}

/** Sends what is to be relayed to the plan's own connection. */
function feed({ id, totalBytes }: Plan, port: number): void {
  let at = 0
  const source = new Readable({
    read(size) {
      const chunk = new Uint8Array(Math.min(Math.max(size, chunkBytes), totalBytes - at))
      fill(id, at, chunk)
      at += chunk.byteLength
      this.push(chunk.byteLength === 0 ? null : chunk)
    },
  })
  const socket = connect({ host, port }, () => {
    socket.write(headOf(sourceOf(id)))
    source.pipe(socket)
  })
  // It is reset where the sink of the relay is lost.
  socket.on("error", () => source.destroy())
  socket.resume()
}

/** Reads the id, waits for its plan, and lets it begin. */
function serve(socket: Socket): void {
  let head = new Uint8Array(0)
  let peer: Peer | undefined
  socket.on("data", (chunk: Uint8Array) => {
    if (peer !== undefined) return peer.take(chunk)
    head = joined(head, chunk)
    if (head.byteLength < headBytes) return
    const id = idOf(head)
    socket.pause()
    const begin = () => {
      waiting.delete(id)
      const plan = plans.get(id) as Plan
      plans.delete(id)
      peer = new Peer(plan, socket)
      socket.resume()
      peer.take(head)
    }
    if (plans.has(id)) begin()
    else waiting.set(id, begin)
  })
  socket.on("end", () => {
    peer?.tell({ how: "fin" })
    socket.end()
  })
  socket.on("error", (failure: NodeJS.ErrnoException) => {
    peer?.tell({ how: "reset", code: failure.code ?? failure.message })
  })
  socket.on("close", () => peer?.tell({ how: "closed" }))
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.byteLength + b.byteLength)
  both.set(a)
  both.set(b, a.byteLength)
  return both
}

const chunkBytes = 65_536
const slowBytesPerMilli = 1000
/** Longer than any sender waits for a peer that takes nothing. */
const silenceMillis = 20_000
