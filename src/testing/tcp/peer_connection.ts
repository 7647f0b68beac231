import { errno } from "../../kernel/port.ts"
import { Pages } from "../kernel/memory.ts"
import type { Element } from "../kernel/vector.ts"
import type { TcpSocket } from "./tcp_socket.ts"

/** One connection, seen from the host at the other end. */
export class PeerConnection {
  readonly #socket: TcpSocket
  readonly #parts: Uint8Array[] = []
  readonly #queue: Element[] = []
  #receiving: boolean
  #receivedBytes = 0
  #ending = false

  /** @internal Made by a `Peer`. */
  constructor(socket: TcpSocket, receiving: boolean) {
    this.#socket = socket
    this.#receiving = receiving
    socket.watch(() => this.#look())
    this.#look()
  }

  /** Bytes received so far. */
  get receivedBytes(): number {
    return this.#receivedBytes
  }

  /** All received bytes. */
  get received(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.#receivedBytes)
    let at = 0
    for (const part of this.#parts) {
      all.set(part, at)
      at += part.byteLength
    }
    return all
  }

  /** Whether the stream has ended properly: with a FIN, and everything before it was received. */
  get ended(): boolean {
    const receiver = this.#socket.endpoint?.receiver
    return receiver !== undefined && receiver.ended && receiver.unread === 0
  }

  /** Whether the connection was reset, by either side, or given up. */
  get lost(): boolean {
    return this.#socket.endpoint?.stopped ?? true
  }

  /** Stops receiving: the window closes, which stops the sender. */
  stall(): void {
    this.#receiving = false
  }

  /** Resumes receiving. */
  resume(): void {
    this.#receiving = true
    this.#look()
  }

  /** Sends a copy of `bytes`, now or as soon as there is room. */
  send(bytes: Uint8Array): void {
    // Not `slice`: a Buffer's `slice` copies nothing.
    const copy = new Uint8Array(bytes)
    this.#queue.push({ pages: new Pages(copy.buffer), offset: 0, length: copy.byteLength })
    this.#sendQueued()
  }

  /** Sends a FIN after everything else. It can go on receiving. */
  end(): void {
    this.#ending = true
    this.#sendQueued()
  }

  /** Resets the connection. Bytes that were not received are lost. */
  reset(): void {
    this.#socket.disconnect()
  }

  #look(): void {
    while (this.#receiving) {
      // A read without bytes means that the stream has ended, or tells why.
      const part = new Uint8Array(this.#socket.endpoint?.receiver.unread ?? 0)
      const n = this.#socket.receive(part)
      if (n <= 0) break
      this.#parts.push(part)
      this.#receivedBytes += n
    }
    this.#sendQueued()
  }

  #sendQueued(): void {
    while (this.#queue.length > 0) {
      const [{ pages, offset, length }] = this.#queue
      const n = this.#socket.accept(this.#queue.slice(0, 1), 0, length)
      if (n === -errno.EAGAIN) return this.#waitForRoom()
      if (n < 0) this.#queue.length = 0
      else if (n === length) this.#queue.shift()
      else this.#queue[0] = { pages, offset: offset + n, length: length - n }
    }
    if (!this.#ending) return
    this.#ending = false
    this.#socket.shutdown(false)
  }

  #waitForRoom(): void {
    // The socket reports room only after readiness was requested.
    void this.#socket.readiness
  }
}
