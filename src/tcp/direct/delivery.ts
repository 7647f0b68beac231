import type { Memory } from "../../kernel/port.ts"
import type { Connection } from "../connection/connection.ts"
import type { Consumer } from "../receive/receiver.ts"
import type { ZerowireError } from "../../error/mod.ts"

/** Who gets what arrives. */
export interface Recipient {
  /** Bytes have arrived. They are valid until this returns. */
  received(bytes: Uint8Array<ArrayBuffer>): void
  /** The peer's FIN has come, after all its bytes. */
  ended(): void
  failed(failure: ZerowireError): void
}

/**
 * Receives into the buffer that all connections share, and passes the bytes on, for as long as it is the
 * consumer of its connection.
 */
export class Delivery implements Consumer {
  readonly #connection: Connection
  readonly #recipient: Recipient
  #due = false
  #stopped = false
  /** The memory of the call under way. */
  #memory: Memory | undefined
  #bytes: Uint8Array<ArrayBuffer> | undefined

  constructor(connection: Connection, recipient: Recipient) {
    this.#connection = connection
    this.#recipient = recipient
  }

  /** From now on somebody else receives. */
  stop(): void {
    this.#stopped = true
  }

  /** A peer that sends without end gets a few calls, and then the others have their turn. */
  readable(): void {
    const { receiver } = this.#connection
    for (let calls = 0; calls < callsPerTurn; calls++) {
      if (!receiver.waiting || this.#stopped) return
      if (!this.#receive() || receiver.bytes.empty) return
    }
    this.readSoon()
  }

  /** Looks at the end of the turn whether something has arrived. */
  readSoon(): void {
    if (this.#due) return
    this.#due = true
    this.#connection.stack.reactor.turnEnd.run(() => {
      this.#due = false
      this.readable()
    })
  }

  failed(failure: ZerowireError): void {
    this.#recipient.failed(failure)
  }

  /** The bytes of the call under way, which stay as they are from now on. */
  keep(): Uint8Array<ArrayBuffer> | undefined {
    const bytes = this.#bytes
    const { inbox } = this.#connection.stack
    if (bytes === undefined || this.#memory !== inbox.memory) return bytes
    this.#memory = undefined
    return this.#bytes = inbox.keep(bytes.byteLength)
  }

  /** Returns false if there was nothing, or nothing more will come. */
  #receive(): boolean {
    const { receiver } = this.#connection
    const memory = this.#memory = this.#memoryFor(receiver.bytes.earlyBytes)
    let n: number
    try {
      n = receiver.bytes.receiveMore(memory)
    } catch {
      // The receiver has told `failed`.
      return false
    }
    if (n === 0) this.#recipient.ended()
    if (n <= 0) return false
    const { inbox } = this.#connection.stack
    const bytes = memory === inbox.memory ? inbox.view(n) : new Uint8Array(memory.buffer, 0, n)
    this.#bytes = bytes
    this.#recipient.received(bytes)
    this.#bytes = undefined
    return true
  }

  /** Bytes that were put back come again together with the next ones. */
  #memoryFor(early: number): Memory {
    const { inbox, kernel } = this.#connection.stack
    const { memory } = inbox
    const { byteLength } = memory.buffer
    return 2 * early <= byteLength ? memory : kernel.memoryOf(new ArrayBuffer(early + byteLength))
  }
}

/** Some 50 µs. */
const callsPerTurn = 4
