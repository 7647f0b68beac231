import { eventBytes } from "../abi/epoll_event.ts"
import type { NativeMemory } from "../memory.ts"
import { FileCalls } from "./file_calls.ts"

/** Calls that wait until file descriptors are ready, and calls that end such a wait. */
export abstract class ReadinessCalls extends FileCalls {
  epoll_create1(flags: number): number {
    return this.result(this.calls.epoll_create1(flags))
  }

  /** `event` is a `struct epoll_event`. */
  epoll_ctl(epoll: number, operation: number, fd: number, event: NativeMemory): number {
    event.check(0, eventBytes)
    return this.result(this.calls.epoll_ctl(epoll, operation, fd, event.address))
  }

  /** `events` has room for `max` entries of `struct epoll_event`, each of `eventBytes`. */
  epoll_wait(
    epoll: number,
    events: NativeMemory,
    max: number,
    eventBytes: number,
    timeout: number,
  ): number {
    events.check(0, max * eventBytes)
    return this.result(this.calls.epoll_wait(epoll, events.address, max, timeout))
  }

  eventfd(initial: number, flags: number): number {
    return this.result(this.calls.eventfd(initial, flags))
  }

  eventfd_write(fd: number, value: number): number {
    return this.result(this.calls.eventfd_write(fd, value))
  }
}
