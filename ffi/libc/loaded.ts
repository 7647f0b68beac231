import type { Address, Backend, Calls } from "../runtime/backend.ts"
import { NativeMemory } from "../memory.ts"
import { libcPrototypes, syscallPrototype } from "../prototypes.ts"
import { libraries } from "./libraries.ts"

/** libc as it was loaded: its functions, `errno`, and what several wrappers pass to them. */
export abstract class LoadedLibc {
  readonly backend: Backend
  protected readonly calls: Calls<typeof libcPrototypes>
  protected readonly syscall: Calls<typeof syscallPrototype>["syscall"]
  protected readonly errno: () => number
  protected readonly nullAddress: Address
  /** For lengths, which libc reads and overwrites. */
  protected readonly scratch: NativeMemory
  readonly #scratchWords: Uint32Array

  constructor(backend: Backend) {
    this.backend = backend
    this.calls = backend.load(libraries, libcPrototypes)
    this.syscall = backend.load(libraries, syscallPrototype).syscall
    this.errno = backend.errnoReader(libraries)
    this.nullAddress = backend.nullAddress
    this.scratch = NativeMemory.allocate(backend, 16)
    this.#scratchWords = new Uint32Array(this.scratch.buffer)
  }

  /** errno belongs to the thread, so it must be read before anything else is called. */
  protected result(n: number): number {
    return n < 0 ? -this.errno() : n
  }

  /** Where `offset` is in `memory`, which has `length` bytes from there on. */
  protected start(memory: NativeMemory, offset: number, length: number): Address {
    memory.check(offset, length)
    return offset === 0 ? memory.address : this.backend.advance(memory.address, offset)
  }

  /** A `socklen_t` that says how much fits into `memory`. */
  protected roomFor(memory: NativeMemory): Address {
    this.#scratchWords[0] = memory.buffer.byteLength
    return this.scratch.address
  }

  /** What libc has made of the length of `roomFor`, unless the call failed. */
  protected filled(n: number): number {
    return n < 0 ? this.result(n) : this.#scratchWords[0]
  }
}
