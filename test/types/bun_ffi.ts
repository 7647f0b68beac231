/**
 * Holds what `ffi/runtime/bun/backend.ts` takes for granted against Bun's own types. There is nothing to run:
 * `tsc` refuses this file when the two part ways.
 *
 * @module
 */
import type * as ffi from "bun:ffi"
import type { BunFfi } from "../../ffi/runtime/bun/backend.ts"

/** `bun:ffi` can stand where the backend expects its part of it. */
export const whole = (module: typeof ffi): BunFfi => module

// A method's parameters are compared in both directions at once, so what is passed is held apart.
type Symbols = Parameters<BunFfi["dlopen"]>[1]

export const symbols = (given: Symbols): Parameters<typeof ffi.dlopen>[1] => given

export const buffer = (
  given: Parameters<BunFfi["ptr"]>[0],
): Parameters<typeof ffi.ptr>[0] => given

export const address = (given: ReturnType<typeof ffi.ptr>): ReturnType<BunFfi["ptr"]> => given
