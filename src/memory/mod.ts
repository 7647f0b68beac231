/**
 * Memory to send from: page-aligned slots handed out in leases, borrowed memory, huge pages.
 *
 * @module
 */
export { BorrowedMemory } from "./borrowed_memory.ts"
export { BufferPool } from "./buffer_pool.ts"
export { HeldLease, type LeaseState } from "./held_lease.ts"
export { HugePages } from "./huge_pages.ts"
export { heldBy, Lease } from "./lease.ts"
export { SendSlab, type SlabKernel } from "./send_slab.ts"
export { Slab } from "./slab.ts"
export type { SendSlabOptions } from "./slab_options.ts"
