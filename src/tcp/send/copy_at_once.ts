import type { Kernel } from "../../kernel/port.ts"
import { freed, isStable } from "./chunk_memory.ts"
import type { SendQueue } from "./queue.ts"

/**
 * Where bytes are copied in any case and none wait before them, has the kernel copy a large chunk now, while
 * it is in the processor's cache, and frees it, so that its producer gets the same memory for the next one.
 * Returns what is left of it.
 */
export function copyAtOnce(
  bytes: Uint8Array,
  queue: Pick<SendQueue, "carrier" | "clear" | "sendBytes">,
  kernel: Pick<Kernel, "memoryOf">,
): Uint8Array {
  const { buffer, byteOffset, byteLength } = bytes
  const copies = queue.carrier.copies !== undefined && byteLength >= atOnceBytes
  if (!copies || !queue.clear || !isStable(buffer)) return bytes
  const n = queue.sendBytes(kernel.memoryOf(buffer), byteOffset, byteLength)
  if (n < byteLength) return bytes.subarray(n)
  freed(buffer)
  return nothing
}

/** Smaller chunks share a call, as large as a packet over loopback may be. */
const atOnceBytes = 64 * 1024

const nothing = new Uint8Array(0)
