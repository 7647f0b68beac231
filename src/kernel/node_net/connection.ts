import { connect, type Socket } from "node:net"
import { clearTimeout, setTimeout } from "node:timers"
import { errno, type InetAddress, ready, type SocketOption } from "../port.ts"
import { toAddress } from "./address.ts"
import { errnoOf } from "./codes.ts"
import type { NetFile } from "./file.ts"
import { joined } from "./heap_memory.ts"
import type { KeepAlive } from "./keep_alive.ts"
import { destroyWhenQuiet } from "./quiet.ts"
import { Received } from "./received.ts"

/**
 * A connection of the runtime's `node:net`, used as if it were a descriptor of a kernel: no call waits, a
 * call takes or gives what there is room for, and changes are events.
 *
 * The runtime has a queue where Linux has a send buffer. Bytes count as accepted when they are copied into
 * it, and as acknowledged when the system has them; what the peer's system has, no runtime tells.
 */
export class NetConnection implements NetFile {
  readonly #alive: KeepAlive
  readonly #received = new Received()
  #socket: Socket | undefined
  #state: "fresh" | "connecting" | "connected" | "over" = "fresh"
  #local: InetAddress | undefined
  #peer: InetAddress | undefined
  readonly #options = new Map<SocketOption, number>()
  /** The SYN counts as one byte where this side has connected (tcp(7), TCP_INFO). */
  #synBytes = 0
  #acceptedBytes = 0
  #flushedBytes = 0
  #arrivedBytes = 0
  #refused = false
  #peerEnded = false
  #shut = false
  #finished = false
  #error = 0
  #resetsOnClose = false
  #closing = false
  #settling: ReturnType<typeof setTimeout> | undefined
  #onFinish: () => void = () => {}
  onChange: () => void = () => {}

  constructor(alive: KeepAlive) {
    this.#alive = alive
  }

  /** A connection that a listener has accepted. Nothing is received before `start`. */
  static accepted(alive: KeepAlive, socket: Socket): NetConnection {
    const connection = new NetConnection(alive)
    connection.#use(socket)
    connection.#connected(socket)
    return connection
  }

  get local(): InetAddress | undefined {
    return this.#local
  }

  get peer(): InetAddress | undefined {
    return this.#peer
  }

  get readiness(): number {
    if (this.#state === "fresh" || this.#state === "connecting") return 0
    const dead = this.#state === "over"
    return (this.#received.byteLength > 0 || this.#peerEnded || dead ? ready.readable : 0) |
      (this.#room > 0 || this.#shut || dead ? ready.writable : 0) |
      (this.#peerEnded || dead ? ready.ended : 0) |
      (this.#peerEnded && this.#finished || dead ? ready.hangup : 0) |
      (this.#error > 0 ? ready.error : 0)
  }

  /** What TCP_INFO calls `tcpi_bytes_acked`, as far as the runtime can tell. A FIN counts as one byte. */
  get acknowledgedBytes(): number {
    return this.#synBytes + this.#flushedBytes + (this.#finished ? 1 : 0)
  }

  get arrivedBytes(): number {
    return this.#arrivedBytes
  }

  connect({ address, port, scope }: InetAddress): number {
    if (this.#state !== "fresh") return -errno.EISCONN
    this.#state = "connecting"
    this.#synBytes = 1
    const host = scope > 0 ? `${address}%${scope}` : address
    const socket = connect({ host, port, allowHalfOpen: true, autoSelectFamily: false })
    this.#use(socket)
    socket.once("connect", () => {
      if (this.#state !== "connecting") return
      this.#connected(socket)
      this.start()
      this.onChange()
    })
    return -errno.EINPROGRESS
  }

  /** Receives from now on. */
  start(): void {
    const socket = this.#socket
    if (this.#state !== "connected" || socket === undefined) return
    socket.on("data", (chunk: Uint8Array) => {
      if (this.#closing) return
      this.#arrivedBytes += chunk.byteLength
      this.#received.add(chunk)
      if (this.#received.full) socket.pause()
      this.onChange()
    })
    socket.on("end", () => {
      this.#peerEnded = true
      if (socket.writableFinished) this.#finish()
      this.onChange()
    })
    socket.resume()
  }

  /** Copies the bytes of `parts` into the runtime's queue, as far as there is room. */
  send(parts: readonly Uint8Array[]): number {
    const socket = this.#socket
    const failure = this.#takeError()
    if (failure > 0) return -failure
    if (this.#state === "over" || this.#shut) return -errno.EPIPE
    if (this.#state !== "connected" || socket === undefined) return -errno.ENOTCONN
    const wanted = parts.reduce((sum, { byteLength }) => sum + byteLength, 0)
    if (wanted === 0) return 0
    const length = Math.min(wanted, this.#room)
    if (length <= 0) {
      this.#refused = true
      return -errno.EAGAIN
    }
    this.#acceptedBytes += length
    this.#noteUnsent()
    socket.write(joined(parts, length), (failure) => {
      // Otherwise an event tells what is wrong.
      if (failure) return
      this.#flushedBytes += length
      this.#flushed()
    })
    return length
  }

  receive(target: Uint8Array): number {
    if (target.byteLength === 0) return 0
    const n = this.#received.take(target)
    if (n > 0) {
      if (this.#received.hasRoom && this.#socket?.isPaused()) this.#socket.resume()
      return n
    }
    const failure = this.#takeError()
    if (failure > 0) return -failure
    if (this.#peerEnded || this.#state === "over") return 0
    return this.#state === "connected" ? -errno.EAGAIN : -errno.ENOTCONN
  }

  /** A FIN follows what was accepted. */
  shutdownWrite(): number {
    if (this.#state !== "connected") return -errno.ENOTCONN
    if (this.#shut) return 0
    this.#shut = true
    this.#noteUnsent()
    this.#socket?.end()
    return 0
  }

  /** Resets the connection. Nothing is sent or received any more. */
  disconnect(): number {
    const socket = this.#socket
    const connected = this.#state === "connected"
    this.#over()
    this.#error = 0
    this.#peer = undefined
    if (connected) socket?.resetAndDestroy()
    else socket?.destroy()
    return 0
  }

  setOption(option: SocketOption, value: number): number {
    this.#options.set(option, value)
    switch (option) {
      case "TCP_NODELAY":
        this.#socket?.setNoDelay(value !== 0)
        return 0
      case "SO_KEEPALIVE":
        this.#socket?.setKeepAlive(value !== 0)
        return 0
      case "SO_REUSEADDR":
        return 0
      default:
        return -errno.ENOPROTOOPT
    }
  }

  getOption(option: SocketOption): number {
    return option === "SO_ERROR" ? this.#takeError() : this.#options.get(option) ?? 0
  }

  resetOnClose(reset: boolean): void {
    this.#resetsOnClose = reset
  }

  /** As close(2): what was accepted still goes out, and a FIN after it. */
  close(): void {
    this.onChange = () => {}
    if (this.#state === "connected" && !this.#resetsOnClose) return this.#closeSoon()
    this.disconnect()
  }

  /** The runtime sends what it has. Unread bytes in the system's buffer would turn the FIN into a reset. */
  #closeSoon(): void {
    const socket = this.#socket
    this.#closing = true
    this.shutdownWrite()
    this.#received.clear()
    socket?.resume()
    if (socket === undefined) return
    this.#onFinish = () => destroyWhenQuiet(socket)
    if (this.#finished) this.#onFinish()
  }

  get #room(): number {
    return this.#shut ? 0 : sendBytes - (this.#acceptedBytes - this.#flushedBytes)
  }

  #use(socket: Socket): void {
    this.#socket = socket
    socket.unref()
    socket.on("error", (failure) => this.#fail(errnoOf(failure)))
    socket.on("finish", () => {
      // A reset that came before the FIN may still be on its way through the runtime. Nobody should believe
      // that the peer has everything before the runtime has had the time to report it, or the peer has ended.
      if (this.#peerEnded) this.#finish()
      else this.#settling = setTimeout(() => this.#finish(), settleMillis)
    })
    socket.on("close", () => {
      // The runtime destroys a socket that has ended on both sides.
      if (this.#peerEnded && socket.writableFinished) this.#finish()
      else this.#fail(errno.ECONNRESET)
    })
  }

  #connected(socket: Socket): void {
    this.#state = "connected"
    this.#local = toAddress(socket.localAddress, socket.localPort)
    this.#peer = toAddress(socket.remoteAddress, socket.remotePort)
    for (const [option, value] of this.#options) this.setOption(option, value)
  }

  #finish(): void {
    clearTimeout(this.#settling)
    if (this.#state === "over" || this.#finished) return
    this.#finished = true
    this.#noteUnsent()
    this.onChange()
    this.#onFinish()
  }

  #fail(number: number): void {
    if (this.#state === "over") return
    this.#error = number
    this.#over()
    this.onChange()
  }

  #over(): void {
    this.#state = "over"
    clearTimeout(this.#settling)
    this.#received.clear()
    this.#alive.set(this, false)
  }

  #flushed(): void {
    this.#noteUnsent()
    const waiting = this.#acceptedBytes - this.#flushedBytes
    if (waiting > 0 && (!this.#refused || waiting > sendBytes / 2)) return
    this.#refused = false
    this.onChange()
  }

  /** If the process ended now, the peer would take what it has for everything. */
  #noteUnsent(): void {
    const unsent = this.#acceptedBytes > this.#flushedBytes || this.#shut && !this.#finished
    this.#alive.set(this, this.#state === "connected" && unsent)
  }

  /** SO_ERROR: reported once. */
  #takeError(): number {
    const number = this.#error
    this.#error = 0
    return number
  }
}

/** What the runtime may have queued of one connection, as the system's own send buffer has a limit. */
const sendBytes = 1024 * 1024
/** Deno took up to 3 ms to report a reset. */
const settleMillis = 20
