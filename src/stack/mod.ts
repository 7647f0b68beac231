/**
 * What all sockets of a process share.
 *
 * @module
 */
export { createSlab, slabOn } from "./create_slab.ts"
export type { OpenConnection } from "./isolate_end.ts"
export { carrierFor, type CarrierOptions } from "./open_carrier.ts"
export { defaultEngine, Engine } from "./stack.ts"
