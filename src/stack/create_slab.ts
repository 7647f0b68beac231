import { SendSlab, type SendSlabOptions } from "../memory/mod.ts"
import { slabMemory } from "./default_stack.ts"
import type { Stack } from "./stack.ts"

/**
 * Allocates page-aligned memory to send from; see `SendSlab`. Without libc it is memory of the heap.
 *
 * @throws {TypeError} for sizes out of range.
 * @throws {ZerowireError} Unsupported if the system does not have that much memory.
 */
export const createSlab = (options: SendSlabOptions = {}): SendSlab =>
  new SendSlab(slabMemory(), options)

/**
 * `createSlab` on a stack other than the default one.
 */
export const slabOn = (stack: Stack, options: SendSlabOptions): SendSlab =>
  new SendSlab(stack.kernel, options)
