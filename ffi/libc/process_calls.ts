import type { NativeMemory } from "../memory.ts"
import { MemoryCalls } from "./memory_calls.ts"

/** Calls on this process, its limits and its rights, and on what the kernel lets it set up. */
export abstract class ProcessCalls extends MemoryCalls {
  /** Returns a system value, below 2³¹. */
  sysconf(name: number): number {
    return this.result(this.calls.sysconf(name))
  }

  /** Writes a `struct rlimit`, two 64-bit words, into `limit`. */
  getrlimit(resource: number, limit: NativeMemory): number {
    limit.check(0, 16)
    return this.result(this.calls.getrlimit(resource, limit.address))
  }

  /** `limit` is two 64-bit words, the soft limit first. */
  setrlimit(resource: number, limit: NativeMemory): number {
    limit.check(0, 16)
    return this.result(this.calls.prlimit(0, resource, limit.address, this.nullAddress))
  }

  /**
   * `header` is a `struct __user_cap_header_struct`. `data` receives two of `struct
   * __user_cap_data_struct`, as in version 3 of the call.
   */
  capget(header: NativeMemory, data: NativeMemory): number {
    header.check(0, 8)
    data.check(0, 24)
    return this.result(this.calls.capget(header.address, data.address))
  }

  sched_setaffinity(pid: number, mask: NativeMemory): number {
    return this.result(
      this.calls.sched_setaffinity(pid, mask.buffer.byteLength, mask.address),
    )
  }

  setns(fd: number, type: number): number {
    return this.result(this.calls.setns(fd, type))
  }

  unshare(flags: number): number {
    return this.result(this.calls.unshare(flags))
  }

  /**
   * `io_uring_setup(2)`, which libc does not wrap: opens a ring with `entries` entries. `parameters` is a
   * `struct io_uring_params`.
   */
  io_uring_setup(entries: number, parameters: NativeMemory): number {
    parameters.check(0, 120)
    return this.result(this.calls.syscall(SYS_io_uring_setup, entries, parameters.address, 0))
  }

  /** `bpf(2)`, which libc does not wrap. `attributes` is a `union bpf_attr`. */
  bpf(number: number, command: number, attributes: NativeMemory): number {
    return this.result(
      this.calls.syscall(number, command, attributes.address, attributes.buffer.byteLength),
    )
  }
}

/** The same number on every architecture, since Linux 5.1. */
const SYS_io_uring_setup = 425
