import { errno } from "../../kernel/port.ts"

/** A pipe: bytes that were put in at one end and wait to be taken out at the other one. */
export class SimulatedPipe {
  readonly #parts: Uint8Array[] = []
  readonly capacity: number
  #bytes = 0

  constructor(capacity: number) {
    this.capacity = capacity
  }

  /** Bytes that fit in now. */
  get room(): number {
    return this.capacity - this.#bytes
  }

  put(bytes: Uint8Array): void {
    if (bytes.byteLength === 0) return
    this.#parts.push(bytes)
    this.#bytes += bytes.byteLength
  }

  /** The first bytes, at most `count`, which stay where they are; `-EAGAIN` when there are none. */
  peek(count: number): Uint8Array<ArrayBuffer> | number {
    if (this.#bytes === 0) return -errno.EAGAIN
    const bytes = new Uint8Array(Math.min(count, this.#bytes))
    let at = 0
    for (const part of this.#parts) {
      if (at === bytes.byteLength) break
      const taken = part.subarray(0, bytes.byteLength - at)
      bytes.set(taken, at)
      at += taken.byteLength
    }
    return bytes
  }

  /** Takes the first `count` bytes out. */
  take(count: number): void {
    this.#bytes -= count
    while (count > 0) {
      const [part] = this.#parts
      if (part.byteLength > count) this.#parts[0] = part.subarray(count)
      else this.#parts.shift()
      count -= Math.min(count, part.byteLength)
    }
  }
}
