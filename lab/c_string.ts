import { libc } from "../ffi/libc.ts"
import { NativeMemory } from "../ffi/memory.ts"

/** A C string in memory of its own. */
export const cString = (text: string): NativeMemory =>
  NativeMemory.of(libc().backend, new TextEncoder().encode(`${text}\0`).slice().buffer)
