import { libc as loadedLibc } from "../../ffi/libc.ts"
import { NativeMemory } from "../../ffi/memory.ts"

/**
 * The index of the network interface `name` (if_nametoindex(3)), or `-errno`.
 *
 * @throws {Error} if libc cannot be called.
 */
export function interfaceIndex(name: string): number {
  const libc = loadedLibc()
  const bytes = new TextEncoder().encode(`${name}\0`)
  const memory = NativeMemory.allocate(libc.backend, bytes.byteLength)
  new Uint8Array(memory.buffer).set(bytes)
  return libc.if_nametoindex(memory)
}
