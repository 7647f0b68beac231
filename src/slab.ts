/**
 * Page-aligned memory, handed out in leases.
 *
 * @module
 */
export { checksumGuard, type Guard, guards, protectingGuard } from "./slab/guard.ts"
export { HeldLease, type LeaseState, type SlotMemory } from "./slab/held_lease.ts"
export { heldBy, Lease } from "./slab/lease.ts"
export { Slab, type SlabOptions } from "./slab/slab.ts"
