import { isArrayBuffer } from "../../argument/mod.ts"

/** Whether it is memory that nobody else writes to while the kernel reads it, and that does not shrink. */
export const isStable = (buffer: ArrayBufferLike): buffer is ArrayBuffer =>
  isArrayBuffer(buffer) && !buffer.resizable

/** A copy in memory of its own. Not `slice`: a Buffer's `slice` returns a view of the same memory. */
export const copyOf = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes)

/** The same memory as a new ArrayBuffer, with the old one detached; nothing if that is refused. */
export function transferred(buffer: ArrayBufferLike): ArrayBuffer | undefined {
  if (!isArrayBuffer(buffer)) return undefined
  try {
    // This realm's `transfer` creates an ArrayBuffer of this realm, whatever the realm of `buffer`.
    return buffer.resizable ? toFixedLength.call(buffer) : transfer.call(buffer)
  } catch {
    // For example, the memory of a WebAssembly instance.
    return undefined
  }
}

/** Takes the memory from its producer and frees it, unless that is refused. */
export function freed(buffer: ArrayBufferLike): void {
  try {
    if (isArrayBuffer(buffer)) transfer.call(buffer, 0)
  } catch {
    // As above.
  }
}

const { transfer, transferToFixedLength: toFixedLength } = ArrayBuffer.prototype
