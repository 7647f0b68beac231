/**
 * The seam between Zerowire and the runtime's foreign function interface.
 *
 * Two backends stand behind it, `backend_bun.ts` and `backend_deno.ts`. They are the only files of
 * the library that name `bun:ffi` or `Deno`.
 *
 * @module
 */
import type { IsolateEnd } from "../isolate/isolate_end.ts"
import type { ArgumentType, Prototypes, ResultType } from "../prototypes.ts"

declare const native: unique symbol

/**
 * A native address, in the form that the runtime passes to C fastest: a number in Bun, a bigint in
 * Deno (where a number costs eight times as much). It keeps nothing alive.
 */
export type Address = (number | bigint) & { readonly [native]: "address" }

type Argument<T extends ArgumentType> = T extends "address" ? Address : number
type Arguments<T extends readonly ArgumentType[]> = { -readonly [i in keyof T]: Argument<T[i]> }
type Result<T extends ResultType> = T extends "address" ? Address : number

/** The loaded functions of a set of prototypes. An `int` result arrives as a number. */
export type Calls<T extends Prototypes> = {
  readonly [name in keyof T]: (...args: Arguments<T[name]["args"]>) => Result<T[name]["result"]>
}

/**
 * Called on the JavaScript thread when a wait ended: the epoll instance has an event, or waiting has
 * become impossible for the reason given.
 */
export type Wake = (failure?: Error) => void

/** Waits for an epoll instance off the JavaScript thread. See {@link Backend.parking}. */
export interface Parking {
  /**
   * Takes the file descriptors and the thread that waiting needs, if it has not got them: later there may
   * be none.
   *
   * @throws {Error} when there are none now.
   */
  prepare(): void
  /**
   * Waits until the epoll instance has an event, then calls `wake` once, on the JavaScript thread.
   * Has no effect while a wait is under way.
   */
  park(): void
  /**
   * Ends the wait, if there is one and the runtime has it among its operations, and answers whether it
   * does: `wake` is called, and the process stays alive until then. It is for when nobody waits for
   * anything any more.
   */
  rest(): boolean
  /**
   * Says whether waiting keeps the process alive; at first it does not. Whoever stops waiting says so:
   * a thread that has been started may count until then.
   */
  reference(keepAlive: boolean): void
  /**
   * Ends the wait, if there is one, without calling `wake`, and frees the thread. The promise
   * resolves when no native code looks at the epoll instance any more.
   */
  close(): Promise<void>
  /** The isolate ends now: as `close()`, without a promise that anybody would wait for. */
  abandon(): void
}

/** Calls `sendmsg` off the JavaScript thread, where it may wait for room. One call at a time. */
export interface Courier {
  /**
   * Calls `sendmsg(fd, header, flags)` on another thread, then `done` on this one, with what it
   * returned: bytes, or -1. errno is lost on the way. The process stays alive until then.
   */
  send(fd: number, header: Address, flags: number, done: (n: number) => void): void
  /** Calls `madvise(address, length, advice)` likewise. */
  advise(address: Address, length: number, advice: number, done: (n: number) => void): void
  /** Frees the thread. No call may be under way. */
  close(): void
}

/** The file descriptors of this isolate. Each is kept when it was opened, and closed here. */
export interface Descriptors {
  /** Takes `fd` over and answers the number by which it is known from now on, or `-errno`. */
  keep(fd: number): number
  /**
   * Takes over a wait: a thread waits for `others`, and wakes when `writeEnd`, the end of a pipe, is
   * closed. Their numbers stay what they are.
   */
  keepWait(writeEnd: number, others: readonly number[]): void
  /** Answers 0 or `-errno`. */
  close(fd: number): number
  /** Closes all of them. */
  closeAll(): void
}

/** What a runtime must give so that libc can be called from it. */
export interface Backend {
  readonly runtime: "bun" | "deno"

  /**
   * Loads `prototypes` from the first library in `libraries` that can be opened.
   *
   * @throws {Error} when none can be opened, or when the permission to call native code is missing.
   */
  load<const T extends Prototypes>(libraries: readonly string[], prototypes: T): Calls<T>

  /**
   * Opens now what the other methods would open on first use, if that is permitted already: nobody is
   * asked, and nothing fails. Only where opening shows: Deno's search for leaks would lay it to the test
   * that is the first.
   */
  preload(libraries: readonly string[], prototypes: readonly Prototypes[]): void

  /**
   * A function that reads `errno` of this thread. It must be the very next thing after the call
   * that failed.
   */
  errnoReader(libraries: readonly string[]): () => number

  /** The address of `buffer`'s first byte. Whoever hands it to libc keeps `buffer` reachable. */
  addressOf(buffer: ArrayBuffer): Address

  /** Whether `alias` is permitted. */
  canAlias(): boolean

  /** An ArrayBuffer over `byteLength` bytes of native memory. It must not outlive the mapping. */
  alias(address: Address, byteLength: number): ArrayBuffer

  /** The address `bytes` further on. */
  advance(address: Address, bytes: number): Address

  /** The null pointer. */
  readonly nullAddress: Address

  /**
   * Prepares a wait on `epollFd`. No thread is started before the first `park()`, and what is opened
   * for it is kept in `descriptors`.
   */
  parking(
    epollFd: number,
    libraries: readonly string[],
    wake: Wake,
    descriptors: Descriptors,
  ): Parking

  /** A thread for `sendmsg`. None is started before the first `send`. */
  courier(libraries: readonly string[]): Courier

  /** What this isolate ends with, at the latest. */
  isolateEnd(libraries: readonly string[]): IsolateEnd

  /**
   * Asks the runtime's own permission system whether this process may reach `host:port`.
   * Returns nothing when it may. `host` may be an address that was found for a permitted name: then
   * only its being forbidden counts.
   *
   * @throws {Error} the runtime's own refusal.
   */
  requireNet(host: string, port: number, found?: boolean): void

  /** Whether the runtime lets this process do that now. Nobody is asked. */
  permits(wanted: Permission): boolean
}

/** What can be looked at outside this process. */
export type Permission =
  | { readonly name: "read"; readonly path: string }
  | { readonly name: "env"; readonly variable: string }
  | { readonly name: "sys"; readonly kind: "osRelease" | "cpus" }
