import type { Address, Backend, Calls, Courier, Permission } from "./backend.ts"
import { DenoParking, type DenoParkingCalls, type PromiseReference } from "./parking_deno.ts"
import {
  type ArgumentType,
  errnoPrototype,
  type Prototypes,
  type ResultType,
} from "./prototypes.ts"

/** The part of the `Deno` namespace that is used here; `test/types` holds it against Deno's own. */
export interface DenoFfi {
  dlopen(name: string, symbols: Record<string, DenoFunction>): { symbols: Record<string, DenoCall> }
  UnsafePointer: { create(value: bigint): object | null }
  UnsafePointerView: { getArrayBuffer(pointer: object, byteLength: number): ArrayBuffer }
  permissions: {
    querySync(descriptor: DenoPermission): { state: string }
    requestSync(descriptor: DenoPermission): { state: string }
  }
  errors: { NotCapable: new (message: string) => Error }
}

/** The descriptor of a permission, as `Deno.permissions` takes it. */
export type DenoPermission =
  | { readonly name: "ffi"; readonly path?: string }
  | { readonly name: "net"; readonly host?: string }
  | Permission

interface DenoFunction {
  readonly name?: string
  readonly parameters: readonly DenoType[]
  readonly result: DenoType
  readonly nonblocking?: boolean
}

type DenoType = "i32" | "u32" | "usize" | "isize" | "buffer"
type DenoCall = (...args: (number | bigint | ArrayBuffer | Int32Array<ArrayBuffer>)[]) => unknown

const argumentTypes: Record<ArgumentType, DenoType> = {
  int: "i32",
  uint: "u32",
  size: "usize",
  offset: "isize",
  // A pointer and a size_t travel in the same registers, and a bigint is the cheaper of the two.
  address: "usize",
}
const resultTypes: Record<ResultType, DenoType> = { int: "i32", address: "usize" }

/** The backend over Deno's FFI, or undefined where this is not Deno. */
export function denoBackend(): Backend | undefined {
  const deno = (globalThis as unknown as { Deno?: DenoFfi }).Deno
  return deno && fromFfi(deno)
}

function fromFfi(deno: DenoFfi): Backend {
  let memset: DenoCall | undefined
  // What was opened stays open until the process ends, so it is opened once.
  let parkingCalls: Record<string, DenoCall> | undefined
  let courierCalls: Record<string, DenoCall> | undefined
  return {
    runtime: "deno",
    nullAddress: 0n as Address,
    load: <const T extends Prototypes>(libraries: readonly string[], prototypes: T) => {
      const library = permitted(deno, libraries)
      // memset(buffer, 0, 0) writes nothing and returns its first argument. It is the cheapest way
      // to an address, and works under a permission for one path, where UnsafePointer does not.
      memset = open(deno, library, {
        memset: { parameters: ["buffer", "i32", "usize"], result: "usize" },
      }).memset
      return open(deno, library, definitions(prototypes)) as Calls<T>
    },
    errnoReader: (libraries) => errnoReader(deno, permitted(deno, libraries)),
    addressOf: (buffer) => {
      if (memset === undefined) throw new Error("Cannot take an address: libc is not loaded")
      return memset(buffer, 0, 0n) as Address
    },
    canAlias: () => deno.permissions.querySync({ name: "ffi" }).state === "granted",
    alias: (address, byteLength) => {
      const pointer = deno.UnsafePointer.create(address as bigint)
      if (pointer === null) throw new Error("Cannot make an ArrayBuffer over the null pointer")
      return deno.UnsafePointerView.getArrayBuffer(pointer, byteLength)
    },
    advance: (address, bytes) => (address as bigint) + BigInt(bytes) as Address,
    parking: (epollFd, libraries, wake) => {
      parkingCalls ??= open(deno, permitted(deno, libraries), parkingSymbols)
      return new DenoParking(
        epollFd,
        parkingCalls as unknown as DenoParkingCalls,
        promiseReference(deno),
        wake,
      )
    },
    courier: (libraries) => {
      courierCalls ??= open(deno, permitted(deno, libraries), courierSymbols)
      return denoCourier(courierCalls as unknown as DenoCourierCalls)
    },
    requireNet: (host, port, found = false) => requireNet(deno, host, port, found),
    permits: (wanted) => deno.permissions.querySync(wanted).state === "granted",
  }
}

function errnoReader(deno: DenoFfi, library: string): () => number {
  const { __errno_location, memcpy } = open(deno, library, {
    ...definitions(errnoPrototype),
    memcpy: { parameters: ["buffer", "usize", "usize"], result: "usize" },
  })
  const address = __errno_location() as bigint
  if (deno.permissions.querySync({ name: "ffi" }).state === "granted") {
    const pointer = deno.UnsafePointer.create(address) as object
    const errno = new Int32Array(deno.UnsafePointerView.getArrayBuffer(pointer, 4))
    return () => errno[0]
  }
  // A permission for one path does not cover views of native memory, but it covers memcpy.
  const copy = new Int32Array(new ArrayBuffer(4))
  return () => {
    memcpy(copy, address, 4n)
    return copy[0]
  }
}

const definitions = (prototypes: Prototypes): Record<string, DenoFunction> =>
  Object.fromEntries(
    Object.entries(prototypes).map(([name, { args, result }]) => [
      name,
      { parameters: args.map((type) => argumentTypes[type]), result: resultTypes[result] },
    ]),
  )

const parkingSymbols: Record<string, DenoFunction> = {
  epoll_wait: {
    parameters: ["i32", "buffer", "i32", "i32"],
    result: "i32",
    nonblocking: true,
  },
  epoll_create1: { parameters: ["i32"], result: "i32" },
  epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  eventfd: { parameters: ["u32", "i32"], result: "i32" },
  eventfd_write: { parameters: ["i32", "usize"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
}

const courierSymbols: Record<string, DenoFunction> = {
  sendmsg: { parameters: ["i32", "usize", "i32"], result: "i32", nonblocking: true },
  madvise: { parameters: ["usize", "usize", "i32"], result: "i32", nonblocking: true },
}

interface DenoCourierCalls {
  sendmsg(fd: number, header: Address, flags: number): Promise<number>
  madvise(address: Address, length: bigint, advice: number): Promise<number>
}

function open(
  deno: DenoFfi,
  library: string,
  symbols: Record<string, DenoFunction>,
): Record<string, DenoCall> {
  return deno.dlopen(library, symbols).symbols
}

/** Each call takes a thread of Deno's own pool, and gives it back. */
const denoCourier = ({ sendmsg, madvise }: DenoCourierCalls): Courier => ({
  send(fd, header, flags, done) {
    sendmsg(fd, header, flags).then(done)
  },
  advise(address, length, advice, done) {
    madvise(address, BigInt(length), advice).then(done)
  },
  close() {},
})

/**
 * The library to open under the permissions that this process has. Without `--allow-ffi` for all
 * libraries, the one for an absolute path may still have been given, and it must be opened by just
 * that path.
 */
function permitted(deno: DenoFfi, libraries: readonly string[]): string {
  if (deno.permissions.querySync({ name: "ffi" }).state === "granted") {
    return loadable(deno, libraries)
  }
  const byPath = libraries.filter((path) =>
    path.startsWith("/") &&
    deno.permissions.querySync({ name: "ffi", path }).state === "granted"
  )
  if (byPath.length > 0) return loadable(deno, byPath)
  // Asks the user where that is possible, as Deno itself would.
  if (deno.permissions.requestSync({ name: "ffi" }).state === "granted") {
    return loadable(deno, libraries)
  }
  throw new deno.errors.NotCapable(
    "Cannot call libc without FFI access: run with --allow-ffi",
  )
}

function loadable(deno: DenoFfi, libraries: readonly string[]): string {
  const failures: unknown[] = []
  for (const library of libraries) {
    try {
      deno.dlopen(library, { getpid: { parameters: [], result: "i32" } })
      return library
    } catch (failure) {
      failures.push(failure)
    }
  }
  throw new AggregateError(failures, `Cannot load libc: tried ${libraries.join(", ")}`)
}

function requireNet(deno: DenoFfi, host: string, port: number, found: boolean): void {
  const target = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`
  const permission = { name: "net", host: target } as const
  // "prompt" is the state of what no flag speaks of: right for an address whose name was permitted.
  if (found && deno.permissions.querySync(permission).state !== "denied") return
  if (deno.permissions.requestSync(permission).state === "granted") return
  throw new deno.errors.NotCapable(
    `Requires net access to "${target}": run again with --allow-net=${target} or --allow-net`,
  )
}

function promiseReference(deno: DenoFfi): PromiseReference | undefined {
  const internals = deno as unknown as DenoInternals
  const core = internals[internals.internal]?.core
  if (core?.refOpPromise === undefined || core.unrefOpPromise === undefined) return undefined
  const { refOpPromise, unrefOpPromise } = core
  return { ref: refOpPromise, unref: unrefOpPromise }
}

/** Deno's own drawer. Nothing in it is promised, so nothing that must work stands on it. */
interface DenoInternals {
  readonly internal: symbol
  readonly [drawer: symbol]: {
    core?: {
      refOpPromise?: (promise: Promise<unknown>) => void
      unrefOpPromise?: (promise: Promise<unknown>) => void
    }
  }
}
