/**
 * Page-aligned memory, handed out in leases.
 *
 * @module
 */
export { checksumGuard, type Guard } from "./slab/guard.ts"
export { Lease, type LeaseState } from "./slab/lease.ts"
export { Slab, type SlabOptions } from "./slab/slab.ts"
