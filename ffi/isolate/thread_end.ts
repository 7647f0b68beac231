import type { Address, Backend, Calls } from "../runtime/backend.ts"
import { NativeMemory } from "../memory.ts"
import { dlsymPrototype, threadEndPrototype } from "../prototypes.ts"

/**
 * Requests libc calls that are made when this thread ends, however it ends, in reverse order. A request
 * cannot be cancelled.
 *
 * glibc makes them (`__cxa_thread_atexit_impl` in stdlib/cxa_thread_atexit_impl.c), as it does for the
 * thread-local variables of C++ and Rust. By then a Worker's isolate is gone and no JavaScript can run,
 * so a call is a libc function with one argument.
 */
export interface ThreadEnd {
  /** `close(fd)`. */
  close(fd: number): void
  /** Writes zeros over the 8 bytes at `address`, which has room for 128 and outlives the thread. */
  clear(address: Address): void
  /** Sleeps for this many microseconds, fewer than a million. */
  pause(micros: number): void
}

/** For the calling thread; nothing if libc does not support it (musl). */
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
        // A null handle is RTLD_DEFAULT: the symbol as this process resolves it.
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

/** The library with `dlsym` in glibc before 2.34. */
const librariesOfOldGlibc = ["libdl.so.2"]
