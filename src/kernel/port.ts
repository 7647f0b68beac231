/**
 * The port to the kernel: each system call that Zerowire makes, in plain values.
 *
 * Linux stands behind it (`linuxKernel`), and so do the simulated kernel of `zerowire/testing` and, where
 * there is no libc, the runtime's own sockets (`nodeNetKernel`). Every method returns `n >= 0` or `-errno`
 * and never blocks. None retries, and none throws because of the kernel's answer.
 *
 * Each file of `port/` has the calls on one kind of thing, and the types that they take.
 *
 * @module
 */
import type { IsolateEnd } from "../../ffi/isolate/isolate_end.ts"
import type { ByteCalls } from "./port/bytes.ts"
import type { CourierCalls } from "./port/courier.ts"
import type { FileCalls } from "./port/files.ts"
import type { MemoryCalls } from "./port/memory.ts"
import type { PipeCalls } from "./port/pipes.ts"
import type { Poller } from "./port/poller.ts"
import type { SocketCalls } from "./port/sockets.ts"

/** The system calls. A file descriptor is a number from `socket` or `accept`. */
export interface Kernel
  extends MemoryCalls, SocketCalls, ByteCalls, FileCalls, PipeCalls, CourierCalls {
  /** What this isolate ends with. Unless that is the process, its heap must not be pinned. */
  readonly isolateEnd: IsolateEnd
  /** Creates a set of file descriptors to wait for. `wake` is called when a parked wait ends. */
  poller(wake: (failure?: Error) => void): Poller
}

export { NotificationBatch } from "../../ffi/abi/errqueue.ts"
/** An internet address: see `ffi/abi/sockaddr.ts` for what each field holds. */
export type { InetAddress } from "../../ffi/abi/sockaddr.ts"
export { isAbstract, longestUnixPath, type UnixAddress } from "../../ffi/abi/sockaddr_un.ts"
export type { FileIdentity } from "../../ffi/abi/statx.ts"
export { errno, errnoName } from "../../ffi/errno.ts"
export type { IsolateEnd }
export * from "./port/bytes.ts"
export * from "./port/courier.ts"
export type * from "./port/files.ts"
export * from "./port/memory.ts"
export type * from "./port/pipes.ts"
export * from "./port/poller.ts"
export type * from "./port/sockets.ts"
