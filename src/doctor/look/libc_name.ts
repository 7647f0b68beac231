import { type Libc, libraries } from "../../../ffi/libc.ts"
import { libcVersionPrototype } from "../../../ffi/prototypes.ts"
import { backend as currentBackend } from "../../../ffi/runtime/select.ts"
import type { Address } from "../../../ffi/runtime/backend.ts"

/** Which libc this is, and its version if it tells. */
export function libcName({ backend }: Libc): string {
  let version: { gnu_get_libc_version(): Address }
  try {
    version = backend.load(libraries, libcVersionPrototype)
  } catch {
    // musl lacks the function.
    return "a libc that is not glibc (musl?)"
  }
  if (!backend.canAlias()) return "glibc"
  // A constant string, such as "2.36"; what follows it is ignored.
  const bytes = new Uint8Array(backend.alias(version.gnu_get_libc_version(), 8))
  return `glibc ${/^[\d.]*/.exec(new TextDecoder("latin1").decode(bytes))?.[0] ?? ""}`.trim()
}

/** Deno's leak detection would blame the first test that asks (`Backend.preload`). */
function preload(): void {
  try {
    currentBackend().preload(libraries, [libcVersionPrototype])
  } catch {
    // Neither runtime.
  }
}
preload()
