import type { Memory } from "../../kernel/port.ts"
import type { HeldLease } from "../../memory/mod.ts"
import type { Stack } from "../../stack/mod.ts"

/** Small chunks that are copied into one slot, one behind the other, so that they are sent together. */
export class Gathering {
  readonly #stack: Pick<Stack, "gatheringSlot">
  #slot: HeldLease<Memory> | undefined
  #length = 0

  constructor(stack: Pick<Stack, "gatheringSlot">) {
    this.#stack = stack
  }

  /** Bytes in the slot. */
  get byteLength(): number {
    return this.#slot === undefined ? 0 : this.#length
  }

  /** Whether the slot has no room. It must be ended before more is added. */
  get full(): boolean {
    return this.#slot?.byteLength === this.#length
  }

  /** Copies as many bytes as there is room for, and returns how many; 0 if no slot is free. */
  add(bytes: Uint8Array): number {
    const slot = this.#begin()
    if (slot === undefined) return 0
    const room = slot.byteLength - this.#length
    const part = bytes.byteLength <= room ? bytes : bytes.subarray(0, room)
    slot.bytes.set(part, this.#length)
    this.#length += part.byteLength
    return part.byteLength
  }

  /**
   * Adds ASCII in place, or returns false if it is something else or does not fit. (The encoding "latin1" is
   * a loop in JavaScript in Deno.)
   */
  addAscii(text: string): boolean {
    const slot = this.#begin()
    // At least one byte must be left over: whoever adds the last one flushes a full slot.
    if (slot === undefined || slot.byteLength - this.#length <= text.length) return false
    const { bytes } = slot
    const room = this.#length === 0 ? bytes : bytes.subarray(this.#length)
    // Any other character takes more bytes than one.
    const { read, written } = utf8.encodeInto(text, room)
    if (read !== text.length || written !== text.length) return false
    this.#length += written
    return true
  }

  /** Returns the slot, if there is one. The next bytes go to another. */
  end(): HeldLease<Memory> | undefined {
    const slot = this.#slot
    this.#slot = undefined
    return slot
  }

  #begin(): HeldLease<Memory> | undefined {
    if (this.#slot !== undefined) return this.#slot
    this.#slot = this.#stack.gatheringSlot()
    this.#length = 0
    return this.#slot
  }
}

const utf8 = new TextEncoder()
