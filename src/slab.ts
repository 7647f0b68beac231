/**
 * Page-aligned memory, handed out in leases.
 *
 * @module
 */
export { Lease, type LeaseState } from "./slab/lease.ts"
export { Slab, type SlabOptions } from "./slab/slab.ts"
