import assert from "node:assert/strict"
import { setTimeout as sleep } from "node:timers/promises"
import { linuxKernel } from "../../src/kernel/mod.ts"
import { errno } from "../../src/kernel/port.ts"

/** A client whose bytes have arrived when `send` returns. */
export class BlockingClient implements Disposable {
  readonly #kernel = linuxKernel()
  readonly #fd = this.#kernel.socket(4)
  readonly #memory = this.#kernel.memoryOf(new ArrayBuffer(4096))
  #received = ""
  #closed = false

  constructor(port: number) {
    this.#kernel.connect(this.#fd, { family: 4, address: "127.0.0.1", port, scope: 0 })
  }

  send(text: string): void {
    const { length } = text
    new TextEncoder().encodeInto(text, new Uint8Array(this.#memory.buffer))
    assert.equal(this.#kernel.sendBytes(this.#fd, this.#memory, 0, length), length)
  }

  /** Sends as much as the kernel takes at once. */
  fill(): void {
    while (this.#kernel.sendBytes(this.#fd, this.#memory, 0, 4096) > 0);
  }

  /** Everything that has arrived, once it ends like `pattern`. */
  async until(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.#received)) {
      const n = this.#kernel.receive(this.#fd, this.#memory, 0, 4096)
      if (n === -errno.EAGAIN) await sleep(1)
      else if (n <= 0) throw new Error(`The connection ended after ${this.#received}`)
      else this.#received += new TextDecoder().decode(new Uint8Array(this.#memory.buffer, 0, n))
    }
    return this.#received
  }

  /** Resolves when more has arrived than `until` has returned. */
  async more(): Promise<void> {
    while (this.#kernel.arrivedBytes(this.#fd) <= this.#received.length) await sleep(1)
  }

  /** Closes. If bytes have arrived that nobody has received, that is a reset. */
  close(): void {
    if (!this.#closed) this.#kernel.close(this.#fd)
    this.#closed = true
  }

  [Symbol.dispose](): void {
    this.close()
  }
}
