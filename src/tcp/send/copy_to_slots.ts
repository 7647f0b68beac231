import type { Slab } from "../../memory/mod.ts"

/**
 * Whether a chunk that may be pinned goes out from slots, to which it is copied.
 *
 * Copying it while it is in the processor's cache costs less than pinning it where it is. Its memory is free
 * at once, so the allocator hands it out for the next chunk; pinned, it is gone until the kernel has let go,
 * and each chunk takes pages that the system has to clear. And slots are in huge pages, of which a packet has
 * one fragment where it has many of small pages.
 */
export const isCopiedToSlots = (
  byteLength: number,
  { leased, quarantined, slotBytes, capacity }: Slots,
): boolean =>
  byteLength <= mostBytes && leased < (capacity - quarantined) / 2 - byteLength / slotBytes

type Slots = Pick<Slab, "leased" | "quarantined" | "slotBytes" | "capacity">

/** A larger chunk does not fit into the cache, and copying it would hold up JavaScript for longer. */
const mostBytes = 1024 * 1024
