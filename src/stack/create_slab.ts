import { SendSlab, type SendSlabOptions } from "../memory/mod.ts"
import { defaultEngine, type Engine } from "./stack.ts"

/**
 * Maps memory to send from; see `SendSlab`.
 *
 * @throws {TypeError} for sizes that are out of range.
 * @throws {ZerowireError} Unsupported when the system has no such memory.
 */
export const createSlab = (options: SendSlabOptions = {}): SendSlab =>
  slabOn(defaultEngine(), options)

/**
 * `createSlab` on an engine.
 */
export const slabOn = (engine: Engine, options: SendSlabOptions): SendSlab =>
  new SendSlab(engine.kernel, options)
