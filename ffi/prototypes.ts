/**
 * The C prototypes of every libc function that Zerowire calls.
 *
 * @module
 */

/**
 * The C types that a prototype may name.
 *
 * `int` and `uint` are 32 bits. `size` and `offset` are 64 bits. They are declared at full width: for a
 * 32-bit parameter the caller may leave garbage in the upper half of the register, and libc would read
 * it. `address` is a pointer.
 */
export type ArgumentType = "int" | "uint" | "size" | "offset" | "address"

/**
 * The C types that a function may return.
 *
 * An `ssize_t` that stays below 2 GiB is declared `int`: the low half of the register is the whole
 * result, and neither runtime has to create a bigint.
 */
export type ResultType = "int" | "address"

/** One C function: its parameters and its result. */
interface Prototype {
  readonly args: readonly ArgumentType[]
  readonly result: ResultType
}

/** A set of C functions by name. */
export type Prototypes = Readonly<Record<string, Prototype>>

/**
 * The libc functions that Zerowire uses. In hot calls (`sendmsg`, `recvmsg`), sizes travel inside a
 * `struct iovec`, so that the calls only take `int` and pointers.
 */
export const libcPrototypes = {
  // sockets
  socket: { args: ["int", "int", "int"], result: "int" },
  bind: { args: ["int", "address", "uint"], result: "int" },
  listen: { args: ["int", "int"], result: "int" },
  accept4: { args: ["int", "address", "address", "int"], result: "int" },
  connect: { args: ["int", "address", "uint"], result: "int" },
  getsockname: { args: ["int", "address", "address"], result: "int" },
  getpeername: { args: ["int", "address", "address"], result: "int" },
  getsockopt: { args: ["int", "int", "int", "address", "address"], result: "int" },
  setsockopt: { args: ["int", "int", "int", "address", "uint"], result: "int" },
  send: { args: ["int", "address", "size", "int"], result: "int" },
  recv: { args: ["int", "address", "size", "int"], result: "int" },
  sendmsg: { args: ["int", "address", "int"], result: "int" },
  recvmsg: { args: ["int", "address", "int"], result: "int" },
  recvmmsg: { args: ["int", "address", "uint", "int", "address"], result: "int" },
  if_nametoindex: { args: ["address"], result: "int" },
  shutdown: { args: ["int", "int"], result: "int" },
  // files
  close: { args: ["int"], result: "int" },
  dup: { args: ["int"], result: "int" },
  dup3: { args: ["int", "int", "int"], result: "int" },
  fcntl: { args: ["int", "int", "int"], result: "int" },
  ioctl: { args: ["int", "size", "address"], result: "int" },
  open: { args: ["address", "int", "uint"], result: "int" },
  readlink: { args: ["address", "address", "size"], result: "int" },
  sendfile: { args: ["int", "int", "address", "size"], result: "int" },
  pipe2: { args: ["address", "int"], result: "int" },
  splice: { args: ["int", "address", "int", "address", "size", "uint"], result: "int" },
  read: { args: ["int", "address", "size"], result: "int" },
  preadv2: { args: ["int", "address", "int", "offset", "int"], result: "int" },
  statx: { args: ["int", "address", "int", "uint", "address"], result: "int" },
  // readiness
  epoll_create1: { args: ["int"], result: "int" },
  epoll_ctl: { args: ["int", "int", "int", "address"], result: "int" },
  epoll_wait: { args: ["int", "address", "int", "int"], result: "int" },
  eventfd: { args: ["uint", "int"], result: "int" },
  eventfd_write: { args: ["int", "size"], result: "int" },
  eventfd_read: { args: ["int", "address"], result: "int" },
  // memory
  mmap: { args: ["address", "size", "int", "int", "int", "offset"], result: "address" },
  munmap: { args: ["address", "size"], result: "int" },
  madvise: { args: ["address", "size", "int"], result: "int" },
  mprotect: { args: ["address", "size", "int"], result: "int" },
  memset: { args: ["address", "int", "size"], result: "address" },
  // the process
  sysconf: { args: ["int"], result: "int" },
  getrlimit: { args: ["int", "address"], result: "int" },
  capget: { args: ["address", "address"], result: "int" },
  prlimit: { args: ["int", "int", "address", "address"], result: "int" },
  sched_setaffinity: { args: ["int", "size", "address"], result: "int" },
  setns: { args: ["int", "int"], result: "int" },
  unshare: { args: ["int"], result: "int" },
  syscall: { args: ["size", "size", "address", "size"], result: "int" },
} as const satisfies Prototypes

/** `syscall` for cachestat(2) and openat2(2). A set has one prototype per name. */
export const syscallPrototype = {
  syscall: { args: ["size", "size", "address", "address", "size"], result: "int" },
} as const satisfies Prototypes

/** The address of the calling thread's `errno` (LSB, `__errno_location`; glibc and musl have it). */
export const errnoPrototype = {
  __errno_location: { args: [], result: "address" },
} as const satisfies Prototypes

/** What it takes to read how the process was started. */
export const commandLinePrototypes = {
  open: { args: ["address", "int", "uint"], result: "int" },
  read: { args: ["int", "address", "size"], result: "int" },
  close: { args: ["int"], result: "int" },
} as const satisfies Prototypes

/** `syscall` as gettid(2) needs it. */
export const threadIdPrototype = {
  syscall: { args: ["size"], result: "int" },
} as const satisfies Prototypes

/** dlsym(3) finds a function by its name. */
export const dlsymPrototype = {
  dlsym: { args: ["address", "address"], result: "address" },
} as const satisfies Prototypes

/** Registers a call for the end of the thread (glibc, stdlib/cxa_thread_atexit_impl.c; musl lacks it). */
export const threadEndPrototype = {
  __cxa_thread_atexit_impl: { args: ["address", "address", "address"], result: "int" },
} as const satisfies Prototypes

/** The version of glibc; musl lacks it. Loaded by the doctor alone. */
export const libcVersionPrototype = {
  gnu_get_libc_version: { args: [], result: "address" },
} as const satisfies Prototypes

/** Every set that is loaded for sockets; the one that some libc lacks comes last. */
export const allPrototypes: readonly Prototypes[] = [
  ...[libcPrototypes, syscallPrototype, commandLinePrototypes, threadIdPrototype],
  ...[dlsymPrototype, threadEndPrototype],
]
