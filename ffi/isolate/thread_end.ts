import type { Address, Backend, Calls } from "../runtime/backend.ts"
import { NativeMemory } from "../memory.ts"
import { dlsymPrototype, threadEndPrototype } from "../prototypes.ts"

/**
 * Calls of libc that are made when this thread ends, in whatever way, the last one that was asked for
 * first. Nothing that was asked for can be taken back.
 *
 * glibc makes them (`__cxa_thread_atexit_impl` in stdlib/cxa_thread_atexit_impl.c), as it does for the
 * thread-local variables of C++ and Rust. By then the isolate of a Worker is gone, and no JavaScript can
 * run; so a call is a function of libc and one argument, no more.
 */
export interface ThreadEnd {
  /** `close(fd)`. */
  close(fd: number): void
  /** Writes zeros over the 8 bytes at `address`, which has room for 128 and outlives the thread. */
  clear(address: Address): void
  /** Waits for so many microseconds, below a million. */
  pause(micros: number): void
}

/** That of the thread that calls this, or nothing where libc has no such thing (musl). */
export function threadEnd(backend: Backend, libraries: readonly string[]): ThreadEnd | undefined {
  const at = register(backend, libraries)
  if (at === undefined) return undefined
  const { nullAddress, advance } = backend
  const calls = ["close", "sigemptyset", "usleep"].map(at.find)
  if (calls.includes(nullAddress)) return undefined
  const [close, clear, pause] = calls
  const number = (value: number) => advance(nullAddress, value)
  return {
    close: (fd) => at.register(close, number(fd)),
    clear: (address) => at.register(clear, address),
    pause: (micros) => at.register(pause, number(micros)),
  }
}

interface Registration {
  find(name: string): Address
  register(call: Address, argument: Address): void
}

function register(backend: Backend, libraries: readonly string[]): Registration | undefined {
  try {
    const { dlsym } = loadDlsym(backend, libraries)
    const { __cxa_thread_atexit_impl } = backend.load(libraries, threadEndPrototype)
    return {
      find(name) {
        const text = NativeMemory.of(backend, new TextEncoder().encode(`${name}\0`).slice().buffer)
        // A null handle is RTLD_DEFAULT: whatever this process calls by that name.
        return dlsym(backend.nullAddress, text.address)
      },
      register(call, argument) {
        __cxa_thread_atexit_impl(call, argument, backend.nullAddress)
      },
    }
  } catch {
    return undefined
  }
}

function loadDlsym(backend: Backend, libraries: readonly string[]): Calls<typeof dlsymPrototype> {
  try {
    return backend.load(libraries, dlsymPrototype)
  } catch {
    return backend.load(librariesOfOldGlibc, dlsymPrototype)
  }
}

/** Where glibc before 2.34 has `dlsym`. */
const librariesOfOldGlibc = ["libdl.so.2"]
