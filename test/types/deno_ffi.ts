/**
 * Holds what `ffi/runtime/deno/namespace.ts` takes for granted against Deno's own types. There is nothing to
 * run: `deno check` refuses this file when the two part ways. TypeScript alone does not know Deno's
 * types, so `tsconfig.json` leaves this file out.
 *
 * @module
 */
import type { DenoFfi, DenoPermission } from "../../ffi/runtime/deno/namespace.ts"

/** The `Deno` namespace can stand where the backend expects its part of it. */
export const whole = (namespace: typeof Deno): DenoFfi => namespace

// A method's parameters are compared in both directions at once, so what is passed is held apart.
type Symbols = Parameters<DenoFfi["dlopen"]>[1]

export const symbols = (given: Symbols): Deno.ForeignLibraryInterface => given

export const permission = (given: DenoPermission): Deno.PermissionDescriptor => given

export const pointer = (given: bigint): ReturnType<DenoFfi["UnsafePointer"]["create"]> =>
  Deno.UnsafePointer.create(given)
