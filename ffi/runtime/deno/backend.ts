import type { Address, Backend, Calls } from "../backend.ts"
import { courierSymbols, DenoCourier, type DenoCourierCalls } from "./courier.ts"
import { mapEvents, type MappingCalls } from "./event_memory.ts"
import { denoIsolateEnd } from "./isolate.ts"
import type { DenoCall, DenoFfi, DenoFunction, DenoType } from "./namespace.ts"
import { DenoParking, type DenoParkingCalls, type PromiseReference } from "./parking.ts"
import { alreadyPermitted, permitted, requireNet, requireUnix } from "./permissions.ts"
import {
  type ArgumentType,
  errnoPrototype,
  type Prototypes,
  type ResultType,
} from "../../prototypes.ts"

const argumentTypes: Record<ArgumentType, DenoType> = {
  int: "i32",
  uint: "u32",
  size: "usize",
  offset: "isize",
  // A pointer and a size_t travel in the same registers, and a bigint is cheaper than a pointer object.
  address: "usize",
}
const resultTypes: Record<ResultType, DenoType> = { int: "i32", address: "usize" }

/** The backend over Deno's FFI; undefined if this is not Deno. */
export function denoBackend(): Backend | undefined {
  const deno = (globalThis as unknown as { Deno?: DenoFfi }).Deno
  return deno && fromFfi(deno)
}

function fromFfi(deno: DenoFfi): Backend {
  let memset: DenoCall | undefined
  const opened = new Opened(deno)
  const backend: Backend = {
    runtime: "deno",
    // Its thread reads errno through a view of native memory.
    get relays() {
      return backend.canAlias()
    },
    nullAddress: 0n as Address,
    load: <const T extends Prototypes>(libraries: readonly string[], prototypes: T) => {
      const library = permitted(deno, libraries)
      memset = opened.calls(() => library, addressSymbols).memset
      return opened.calls(() => library, definitions(prototypes)) as Calls<T>
    },
    preload(libraries, prototypes) {
      try {
        const library = alreadyPermitted(deno, libraries)
        if (library === undefined) return
        const own = [addressSymbols, errnoSymbols, parkingSymbols, courierSymbols]
        for (const symbols of [...own, ...prototypes.map(definitions)]) {
          opened.calls(() => library, symbols)
        }
      } catch {
        // The first use reports the reason.
      }
    },
    errnoReader: (libraries) =>
      errnoReader(deno, opened.calls(() => permitted(deno, libraries), errnoSymbols)),
    addressOf: (buffer) => {
      if (memset === undefined) throw new Error("Cannot take an address: libc is not loaded")
      return memset(buffer, 0, 0n) as Address
    },
    canAlias: () => deno.permissions.querySync({ name: "ffi" }).state === "granted",
    alias: (address, byteLength) => {
      const pointer = deno.UnsafePointer.create(address as bigint)
      if (pointer === null) throw new Error("Cannot create an ArrayBuffer over the null pointer")
      return deno.UnsafePointerView.getArrayBuffer(pointer, byteLength)
    },
    size: sizeOf,
    advance: (address, bytes) => (address as bigint) + BigInt(bytes) as Address,
    parking: (epollFd, libraries, wake, descriptors) => {
      const calls = opened.calls(() => permitted(deno, libraries), parkingSymbols)
      return new DenoParking(
        epollFd,
        calls as unknown as DenoParkingCalls,
        () => mapEvents(calls as unknown as MappingCalls, backend),
        promiseReference(deno),
        wake,
        descriptors,
      )
    },
    courier: (libraries) => {
      const calls = opened.calls(() => permitted(deno, libraries), courierSymbols)
      return new DenoCourier(
        calls as unknown as DenoCourierCalls,
        () => permitted(deno, libraries),
      )
    },
    isolateEnd: (libraries) => denoIsolateEnd(backend, libraries, deno.args.length),
    requireNet: (host, port, found = false) => requireNet(deno, host, port, found),
    requireUnix: (path) => requireUnix(deno, path),
    permits: (wanted) => deno.permissions.querySync(wanted).state === "granted",
  }
  return backend
}

/** Small sizes are made once; of others, a socket's buffers mostly ask for the same again. */
function sizeOf(bytes: number): bigint {
  if (bytes < small.length) return small[bytes] ??= BigInt(bytes)
  if (bytes === lastBytes) return lastSize
  // Throws if it is not a whole number, and must throw again the next time.
  lastSize = BigInt(bytes)
  lastBytes = bytes
  return lastSize
}

const small: (bigint | undefined)[] = new Array(4096)
let lastBytes = 0
let lastSize = 0n

/** Opened libraries. They stay open until the process ends, so each is opened once. */
class Opened {
  readonly #deno: DenoFfi
  readonly #calls = new Map<Record<string, DenoFunction>, Record<string, DenoCall>>()

  constructor(deno: DenoFfi) {
    this.#deno = deno
  }

  /** The symbols of the library from `libraryOf`, which is called only the first time. */
  calls(
    libraryOf: () => string,
    symbols: Record<string, DenoFunction>,
  ): Record<string, DenoCall> {
    const known = this.#calls.get(symbols)
    if (known !== undefined) return known
    const { symbols: calls } = this.#deno.dlopen(libraryOf(), symbols)
    this.#calls.set(symbols, calls)
    return calls
  }
}

function errnoReader(
  deno: DenoFfi,
  { __errno_location, memcpy }: Record<string, DenoCall>,
): () => number {
  const address = __errno_location() as bigint
  if (deno.permissions.querySync({ name: "ffi" }).state === "granted") {
    const pointer = deno.UnsafePointer.create(address) as object
    const errno = new Int32Array(deno.UnsafePointerView.getArrayBuffer(pointer, 4))
    return () => errno[0]
  }
  // A permission for one path does not cover views of native memory, but it does cover memcpy.
  const copy = new Int32Array(new ArrayBuffer(4))
  return () => {
    memcpy(copy, address, 4n)
    return copy[0]
  }
}

/** Returns the same object for the same prototypes. */
function definitions(prototypes: Prototypes): Record<string, DenoFunction> {
  const known = defined.get(prototypes)
  if (known !== undefined) return known
  const symbols: Record<string, DenoFunction> = Object.fromEntries(
    Object.entries(prototypes).map(([name, { args, result }]) => [
      name,
      { parameters: args.map((type) => argumentTypes[type]), result: resultTypes[result] },
    ]),
  )
  defined.set(prototypes, symbols)
  return symbols
}

const defined = new WeakMap<Prototypes, Record<string, DenoFunction>>()

/**
 * memset(buffer, 0, 0) writes nothing and returns its first argument. It is the cheapest way to get an
 * address, and unlike UnsafePointer it works with a permission for one path.
 */
const addressSymbols: Record<string, DenoFunction> = {
  memset: { parameters: ["buffer", "i32", "usize"], result: "usize" },
}

const errnoSymbols: Record<string, DenoFunction> = {
  ...definitions(errnoPrototype),
  memcpy: { parameters: ["buffer", "usize", "usize"], result: "usize" },
}

const parkingSymbols: Record<string, DenoFunction> = {
  epoll_wait: {
    parameters: ["i32", "usize", "i32", "i32"],
    result: "i32",
    nonblocking: true,
  },
  epoll_create1: { parameters: ["i32"], result: "i32" },
  epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  pipe2: { parameters: ["buffer", "i32"], result: "i32" },
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  usleep: { parameters: ["u32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  mmap: { parameters: ["usize", "usize", "i32", "i32", "i32", "isize"], result: "usize" },
  munmap: { parameters: ["usize", "usize"], result: "i32" },
}

function promiseReference(deno: DenoFfi): PromiseReference | undefined {
  const internals = deno as unknown as DenoInternals
  const core = internals[internals.internal]?.core
  if (core?.refOpPromise === undefined || core.unrefOpPromise === undefined) return undefined
  const { refOpPromise, unrefOpPromise } = core
  return { ref: refOpPromise, unref: unrefOpPromise }
}

/** Deno's internals. They may change at any time, so nothing essential depends on them. */
interface DenoInternals {
  readonly internal: symbol
  readonly [drawer: symbol]: {
    core?: {
      refOpPromise?: (promise: Promise<unknown>) => void
      unrefOpPromise?: (promise: Promise<unknown>) => void
    }
  }
}
