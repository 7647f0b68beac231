import process from "node:process"

/** What differs between the two supported architectures, both little-endian LP64. */
export interface Architecture {
  /** Bytes of a `struct epoll_event`; x86-64 packs it (`include/uapi/linux/eventpoll.h`). */
  readonly epollEventBytes: number
  /** Offset of `data` in a `struct epoll_event`. */
  readonly epollDataOffset: number
  /** The number of the system call bpf(2). */
  readonly SYS_bpf: number
  /** The number of the system call gettid(2), which glibc wraps since 2.30 only. */
  readonly SYS_gettid: number
}

/** By the values of `process.arch`. */
export const architectures = {
  x64: { epollEventBytes: 12, epollDataOffset: 4, SYS_bpf: 321, SYS_gettid: 186 },
  arm64: { epollEventBytes: 16, epollDataOffset: 8, SYS_bpf: 280, SYS_gettid: 178 },
} as const satisfies Record<string, Architecture>

/** The architecture of this process; x86-64's values if it is neither. */
export const architecture: Architecture =
  (architectures as Readonly<Record<string, Architecture>>)[process.arch] ?? architectures.x64
