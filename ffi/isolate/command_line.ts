import process from "node:process"
import { architecture } from "../abi/architecture.ts"
import type { Backend } from "../runtime/backend.ts"
import { O_CLOEXEC, O_RDONLY } from "../constants.ts"
import { NativeMemory } from "../memory.ts"
import { commandLinePrototypes, threadIdPrototype } from "../prototypes.ts"

/**
 * The command line of this process, without the last `own` arguments, which are the program's; nothing if
 * /proc is not mounted. libc reads it, because Deno requires all permissions for reading /proc, which is
 * too much to find out about `--watch`.
 */
export function commandLine(
  backend: Backend,
  libraries: readonly string[],
  own: number,
): readonly string[] | undefined {
  const { open, read, close } = backend.load(libraries, commandLinePrototypes)
  const text = new Uint8Array(new ArrayBuffer(mostBytes))
  const memory = NativeMemory.of(backend, text.buffer)
  text.set(path)
  const fd = open(memory.address, O_RDONLY | O_CLOEXEC, 0)
  if (fd < 0) return undefined
  const n = read(fd, memory.address, mostBytes)
  close(fd)
  if (n <= 0) return undefined
  const parts = new TextDecoder().decode(text.subarray(0, n)).split("\0")
  // Each argument ends with a zero byte, including the last, unless they did not all fit.
  return parts.slice(0, n < mostBytes ? parts.length - 1 - own : parts.length)
}

/** Whether this is the first thread of the process, which has the process's number. */
export function onFirstThread(backend: Backend, libraries: readonly string[]): boolean {
  const { syscall } = backend.load(libraries, threadIdPrototype)
  return syscall(architecture.SYS_gettid) === process.pid
}

const path = new TextEncoder().encode("/proc/self/cmdline\0")
const mostBytes = 64 * 1024
