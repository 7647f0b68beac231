/**
 * What all sockets of a process share.
 *
 * @module
 */
export { createSlab, slabOn } from "./create_slab.ts"
export { defaultStack, processStats, stackFor } from "./default_stack.ts"
export { checkFallback, type Fallback, type FallbackOption } from "./fallback.ts"
export type { OpenConnection } from "./isolate_end.ts"
export { carrierFor, type CarrierOptions } from "./open_carrier.ts"
export type { ProcessStats } from "./process_stats.ts"
export { Stack } from "./stack.ts"
