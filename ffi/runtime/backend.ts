/**
 * The seam between Zerowire and the runtime's foreign function interface.
 *
 * There are two backends, `bun/backend.ts` and `deno/backend.ts`. Only their folders name `bun:ffi` or
 * `Deno`'s FFI.
 *
 * @module
 */
import type { IsolateEnd } from "../isolate/isolate_end.ts"
import type { Relayed, RelayJob } from "./relay_loop.ts"
import type { ArgumentType, Prototypes, ResultType } from "../prototypes.ts"

declare const native: unique symbol

/**
 * A native address, in the form that the runtime passes to C fastest: a number in Bun, a bigint in Deno
 * (in Deno a number costs eight times as much). It keeps nothing alive.
 */
export type Address = (number | bigint) & { readonly [native]: "address" }

/**
 * A number of bytes, or an offset, in the form that the runtime passes to C fastest. A number is correct in
 * both. But in Deno it makes V8 give up the fast call: an empty `send` takes 850 ns instead of 380.
 */
type Size = number | bigint

type Argument<T extends ArgumentType> = T extends "address" ? Address
  : T extends "size" | "offset" ? Size
  : number
type Arguments<T extends readonly ArgumentType[]> = { -readonly [i in keyof T]: Argument<T[i]> }
type Result<T extends ResultType> = T extends "address" ? Address : number

/** The loaded functions of a set of prototypes. An `int` result arrives as a number. */
export type Calls<T extends Prototypes> = {
  readonly [name in keyof T]: (...args: Arguments<T[name]["args"]>) => Result<T[name]["result"]>
}

/**
 * Called on the JavaScript thread when a wait has ended: the epoll instance has an event, or waiting has
 * failed for the given reason.
 */
export type Wake = (failure?: Error) => void

/** Waits for an epoll instance off the JavaScript thread. See {@link Backend.parking}. */
export interface Parking {
  /**
   * Allocates the file descriptors and the thread that waiting needs, if that has not happened yet. Later
   * there may be none left.
   *
   * @throws {Error} if there are none left.
   */
  prepare(): void
  /**
   * Waits until the epoll instance has an event, then calls `wake` once, on the JavaScript thread. Has no
   * effect during a wait.
   */
  park(): void
  /**
   * For when nobody waits any longer. Ends the wait, if there is one and the runtime counts it among its
   * pending operations, and returns whether it did: `wake` is then called, and the process stays alive
   * until then.
   */
  rest(): boolean
  /**
   * Sets whether waiting keeps the process alive. By default it does not. Call it when waiting stops,
   * because a thread that was started may keep the process alive until then.
   */
  reference(keepAlive: boolean): void
  /**
   * Ends the wait, if there is one, without calling `wake`, and frees the thread. The promise resolves
   * when no native code uses the epoll instance any longer.
   */
  close(): Promise<void>
  /** The isolate ends now: like `close()`, without a promise. */
  abandon(): void
}

/** Calls libc on another thread, where a call may block. One call at a time. */
export interface Courier {
  /**
   * Calls `sendmsg(fd, header, flags)` on another thread, then `done` on this one with the result: bytes,
   * or -1. errno is lost. The process stays alive until then.
   */
  send(fd: number, header: Address, flags: number, done: (n: number) => void): void
  /** Calls `sendfile(fd, file, offset, count)` in the same way; `offset` is the address of an `off_t`. */
  sendFile(
    fd: number,
    file: number,
    offset: Address,
    count: number,
    done: (n: number) => void,
  ): void
  /**
   * Moves bytes from socket to socket on another thread, with many calls, then calls `done` on this one.
   * Only if `Backend.relays`.
   */
  relay(job: RelayJob, done: (relayed: Relayed) => void): void
  /** Calls `pread(fd, address, length, position)` in the same way. */
  read(
    fd: number,
    address: Address,
    length: number,
    position: number,
    done: (n: number) => void,
  ): void
  /** Calls `madvise(address, length, advice)` in the same way. */
  advise(address: Address, length: number, advice: number, done: (n: number) => void): void
  /** Frees the thread. No call may be under way. */
  close(): void
}

/** The file descriptors of this isolate. Each is passed to `keep` when it is opened, and closed here. */
export interface Descriptors {
  /** Takes `fd` over, and returns its number from now on, or `-errno`. */
  keep(fd: number): number
  /**
   * Takes over a wait: a thread waits for `others`, and wakes when `writeEnd`, the end of a pipe, is
   * closed. Their numbers do not change.
   */
  keepWait(writeEnd: number, others: readonly number[]): void
  /** Returns 0 or `-errno`. */
  close(fd: number): number
  /** Closes all of them. */
  closeAll(): void
}

/** What a runtime must provide so that libc can be called. */
export interface Backend {
  readonly runtime: "bun" | "deno"

  /**
   * Loads `prototypes` from the first library in `libraries` that can be opened.
   *
   * @throws {Error} if none can be opened, or the permission to call native code is missing.
   */
  load<const T extends Prototypes>(libraries: readonly string[], prototypes: T): Calls<T>

  /**
   * Opens now what the other methods would open on first use, if that is already permitted. There is no
   * prompt, and it never fails. Only needed where opening is noticed: Deno's leak detection would blame
   * the first test.
   */
  preload(libraries: readonly string[], prototypes: readonly Prototypes[]): void

  /** A function that reads this thread's `errno`. Call it immediately after the call that failed. */
  errnoReader(libraries: readonly string[]): () => number

  /** The address of `buffer`'s first byte. The caller must keep `buffer` reachable while libc uses it. */
  addressOf(buffer: ArrayBuffer): Address

  /** Whether `alias` is permitted. */
  canAlias(): boolean

  /** An ArrayBuffer over `byteLength` bytes of native memory. It must not outlive the mapping. */
  alias(address: Address, byteLength: number): ArrayBuffer

  /** The address plus `bytes`. */
  advance(address: Address, bytes: number): Address

  /** `bytes` for a parameter of 64 bits. */
  size(bytes: number): Size

  /** The null pointer. */
  readonly nullAddress: Address

  /**
   * Prepares a wait on `epollFd`. The thread starts with the first `park()`. File descriptors that are
   * opened for it go to `descriptors`.
   */
  parking(
    epollFd: number,
    libraries: readonly string[],
    wake: Wake,
    descriptors: Descriptors,
  ): Parking

  /** Whether couriers can relay. */
  readonly relays: boolean

  /** A thread for calls that may block. It starts with the first one. */
  courier(libraries: readonly string[]): Courier

  /** What this isolate ends with, at the latest. */
  isolateEnd(libraries: readonly string[]): IsolateEnd

  /**
   * Asks the runtime's permission system whether this process may reach `host:port`. Returns if it may.
   * For an address that was found for a permitted name, only an explicit denial counts.
   *
   * @throws {Error} the runtime's own refusal.
   */
  requireNet(host: string, port: number, found?: boolean): void

  /**
   * The same for listening on a Unix domain socket, and for connecting to one.
   *
   * @throws {Error} the runtime's own refusal.
   */
  requireUnix(path: string): void

  /** Whether the runtime already permits this. There is no prompt. */
  permits(wanted: Permission): boolean
}

/** What a program may read from outside its process. */
export type Permission =
  | { readonly name: "read"; readonly path: string }
  | { readonly name: "env"; readonly variable: string }
  | { readonly name: "sys"; readonly kind: "osRelease" | "cpus" }
