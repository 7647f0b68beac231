import type { SlotMemory } from "./held_lease.ts"

/** Inspects slots when they are sent and when they come back. */
export interface Guard<M extends SlotMemory> {
  sent(slot: number, memory: M): void
  released(slot: number, memory: M): void
}

/**
 * Computes a checksum of every slot when it is sent and again when it comes back, and reports an error if
 * they differ: somebody wrote to the slot in between. Nothing else would notice, because the network card
 * computes its own checksum of whatever it reads.
 */
export function checksumGuard<M extends SlotMemory>(report: (violation: Error) => void): Guard<M> {
  const sent = new Map<number, { readonly sum: number; readonly place: Error }>()
  return {
    sent(slot, memory) {
      sent.set(slot, { sum: sumOf(memory.buffer), place: new Error("The slot was sent here") })
    },
    released(slot, memory) {
      const before = sent.get(slot)
      sent.delete(slot)
      if (before === undefined || before.sum === sumOf(memory.buffer)) return
      const message = `The memory of slot ${slot} was written to while the kernel could read it. ` +
        "The cause is where it was sent"
      report(new Error(message, { cause: before.place }))
    },
  }
}

/**
 * Makes every slot read-only while it is in flight. A write to it ends the process at that instruction.
 * `protect` changes the access.
 */
export const protectingGuard = <M extends SlotMemory>(
  protect: (memory: M, access: "read" | "write") => void,
): Guard<M> => ({
  sent: (_slot, memory) => protect(memory, "read"),
  released: (_slot, memory) => protect(memory, "write"),
})

/** Runs all guards in order when a slot is sent, and in reverse order when it comes back. */
export const guards = <M extends SlotMemory>(all: readonly Guard<M>[]): Guard<M> => ({
  sent: (slot, memory) => all.forEach((guard) => guard.sent(slot, memory)),
  released: (slot, memory) => all.toReversed().forEach((guard) => guard.released(slot, memory)),
})

/** FNV-1a over 32-bit words. A slot's length is a multiple of the page size. */
function sumOf(buffer: ArrayBuffer): number {
  const words = new Uint32Array(buffer, 0, buffer.byteLength >>> 2)
  let sum = 0x811c9dc5
  for (const word of words) sum = Math.imul(sum ^ word, 0x01000193)
  return sum
}
