import * as linux from "../../ffi/constants.ts"
import type { Libc } from "../../ffi/libc.ts"
import { NativeMemory } from "../../ffi/memory.ts"

/** The text of /proc/self/mountinfo, which the kernel makes of what it has in memory; nothing without /proc. */
export function readMountInfo(libc: Libc): string | undefined {
  const name = NativeMemory.allocate(libc.backend, path.byteLength)
  new Uint8Array(name.buffer).set(path)
  const fd = libc.open(name, linux.O_RDONLY | linux.O_CLOEXEC)
  if (fd < 0) return undefined
  try {
    return readAll(libc, fd)
  } finally {
    libc.close(fd)
  }
}

/** Each call returns whole lines (`seq_read_iter` in fs/seq_file.c). */
function readAll(libc: Libc, fd: number): string | undefined {
  const memory = NativeMemory.allocate(libc.backend, pieceBytes)
  const decoder = new TextDecoder()
  let text = ""
  for (;;) {
    const n = libc.read(fd, memory, 0, pieceBytes)
    if (n < 0) return undefined
    if (n === 0) return text
    text += decoder.decode(new Uint8Array(memory.buffer, 0, n), { stream: true })
  }
}

const path = new TextEncoder().encode("/proc/self/mountinfo\0")
const pieceBytes = 64 * 1024
