import { oneOf } from "../argument/mod.ts"

/**
 * What to use where Linux's libc cannot be called; `FallbackOption.fallback` says what it means.
 */
export type Fallback = "runtime" | "none"

/** The option of everything that opens sockets. */
export interface FallbackOption {
  /**
   * What to do where Linux's libc cannot be called: on macOS and Windows, and without FFI. `"runtime"` uses
   * the runtime's own sockets, also if Deno does not permit FFI; `"none"` fails with Unsupported or
   * PermissionDenied. By default the runtime's sockets are used where there is no libc, and a missing
   * permission is an error. Over the runtime's sockets every byte is copied, and `stats().reasons` counts
   * it as `unsupported`. The first call that opens something decides for the isolate.
   */
  readonly fallback?: Fallback
}

/** @throws {TypeError} if it is neither of the two. */
export const checkFallback = (fallback: Fallback | undefined): void =>
  void oneOf<Fallback | undefined>("fallback", ["runtime", "none"], fallback, undefined)
