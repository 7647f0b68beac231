import * as linux from "../../../ffi/constants.ts"
import type { Libc } from "../../../ffi/libc.ts"
import { NativeMemory } from "../../../ffi/memory.ts"
import type { MapOptions, Mapping } from "../port.ts"

/**
 * A mapping of anonymous memory. The garbage collector does not manage it: only `unmap` or the end of the
 * process frees it.
 */
export interface LinuxMapping extends Mapping {
  readonly slots: NativeMemory[]
  unmap(): number
  discard(): number
}

/**
 * Maps `count` slots in one piece, so that all of it could be registered with the kernel at once, or
 * returns `-errno`.
 *
 * If the runtime may not create ArrayBuffers over native memory (Deno with `--allow-ffi` for one path),
 * the slots are ordinary ArrayBuffers: everything works, but nothing is page-aligned.
 */
export function mapSlots(
  libc: Libc,
  count: number,
  slotBytes: number,
  { hugePages = false }: MapOptions,
): LinuxMapping | number {
  if (!libc.backend.canAlias()) {
    const slots = Array.from(
      { length: count },
      () => NativeMemory.allocate(libc.backend, slotBytes),
    )
    return { slots, unmap: () => 0, discard: () => 0 }
  }
  const flags = linux.MAP_PRIVATE | linux.MAP_ANONYMOUS
  const length = count * slotBytes
  const whole = libc.mmap(length, linux.PROT_READ | linux.PROT_WRITE, flags, -1, 0)
  if (typeof whole === "number") return whole
  // A child forked while pages are pinned would share them, and the next write here would go to a
  // copy that the card does not read (madvise(2), MADV_DONTFORK).
  libc.madvise(whole, 0, length, linux.MADV_DONTFORK)
  if (hugePages) libc.madvise(whole, 0, length, linux.MADV_HUGEPAGE)
  const slots = Array.from({ length: count }, (_, i) => {
    const address = libc.backend.advance(whole.address, i * slotBytes)
    return new NativeMemory(libc.backend.alias(address, slotBytes), address)
  })
  return {
    slots,
    unmap() {
      // A view that somebody kept must not reach unmapped addresses.
      for (const slot of slots) if (!slot.buffer.detached) slot.buffer.transfer()
      return libc.munmap(whole)
    },
    discard: () => libc.madvise(whole, 0, length, linux.MADV_DONTNEED),
  }
}
