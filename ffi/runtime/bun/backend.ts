import process from "node:process"
import type { Address, Backend, Calls } from "../backend.ts"
import { BunCourier } from "./courier.ts"
import { bunIsolateEnd } from "./isolate.ts"
import { BunParking } from "./parking.ts"
import {
  type ArgumentType,
  errnoPrototype,
  libcPrototypes,
  type Prototypes,
  type ResultType,
} from "../../prototypes.ts"

/** The part of `bun:ffi` that is used here. `test/types` compares it with Bun's own types. */
export interface BunFfi {
  dlopen(
    name: string,
    symbols: Record<string, { args: readonly BunType[]; returns: BunType }>,
  ): { symbols: Record<string, unknown> }
  ptr(buffer: ArrayBuffer): number
  toArrayBuffer(pointer: number, offset: number, byteLength: number): ArrayBuffer
}

type BunType = "i32" | "u32" | "u64" | "i64" | "ptr"

const argumentTypes: Record<ArgumentType, BunType> = {
  int: "i32",
  uint: "u32",
  size: "u64",
  offset: "i64",
  address: "ptr",
}
const resultTypes: Record<ResultType, BunType> = { int: "i32", address: "ptr" }

/** The backend over `bun:ffi`; undefined if this is not Bun. */
export function bunBackend(): Backend | undefined {
  const ffi = process.getBuiltinModule?.("bun:ffi") as BunFfi | undefined
  return ffi && fromFfi(ffi)
}

function fromFfi(ffi: BunFfi): Backend {
  const backend: Backend = {
    runtime: "bun",
    relays: true,
    nullAddress: 0 as Address,
    load: <const T extends Prototypes>(libraries: readonly string[], prototypes: T) =>
      load(ffi, libraries, prototypes),
    preload() {},
    errnoReader: (libraries) => {
      const { __errno_location } = load(ffi, libraries, errnoPrototype)
      const errno = new Int32Array(ffi.toArrayBuffer(__errno_location() as number, 0, 4))
      return () => errno[0]
    },
    addressOf: (buffer) => ffi.ptr(buffer) as Address,
    canAlias: () => true,
    alias: (address, byteLength) => ffi.toArrayBuffer(address as number, 0, byteLength),
    size: (bytes) => bytes,
    advance: (address, bytes) => (address as number) + bytes as Address,
    parking: (epollFd, libraries, wake, descriptors) => {
      const { epoll_create1, epoll_ctl, eventfd, eventfd_write } = load(
        ffi,
        libraries,
        libcPrototypes,
      )
      const addressOf = (buffer: ArrayBuffer) => ffi.ptr(buffer) as Address
      const calls = { epoll_create1, epoll_ctl, eventfd, eventfd_write, addressOf }
      return new BunParking(epollFd, libraries, calls, wake, descriptors)
    },
    courier: (libraries) => new BunCourier(libraries),
    isolateEnd: (libraries) => bunIsolateEnd(backend, libraries),
    // Bun has no permission system.
    requireNet: () => {},
    requireUnix: () => {},
    permits: () => true,
  }
  return backend
}

function load<const T extends Prototypes>(
  ffi: BunFfi,
  libraries: readonly string[],
  prototypes: T,
): Calls<T> {
  const symbols = Object.fromEntries(
    Object.entries(prototypes).map(([name, { args, result }]) => [
      name,
      { args: args.map((type) => argumentTypes[type]), returns: resultTypes[result] },
    ]),
  )
  const failures: unknown[] = []
  for (const library of libraries) {
    try {
      return ffi.dlopen(library, symbols).symbols as Calls<T>
    } catch (failure) {
      failures.push(failure)
    }
  }
  throw new AggregateError(
    failures,
    `Cannot load libc: tried ${libraries.join(", ")}. Zerowire needs Linux with glibc`,
  )
}
