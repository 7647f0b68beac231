import { eventBytes, writeEvent } from "../../ffi/abi/epoll_event.ts"
import * as linux from "../../ffi/constants.ts"
import { libc } from "../../ffi/libc.ts"
import { NativeMemory } from "../../ffi/memory.ts"

/** An epoll instance with any flags; the port's poller is always edge-triggered. */
export class Epoll implements Disposable {
  readonly #fd = libc().epoll_create1(linux.EPOLL_CLOEXEC)
  readonly #event = NativeMemory.allocate(libc().backend, eventBytes)

  add(fd: number, events: number): number {
    return this.#control(linux.EPOLL_CTL_ADD, fd, events)
  }

  modify(fd: number, events: number): number {
    return this.#control(linux.EPOLL_CTL_MOD, fd, events)
  }

  /** The events of the one file descriptor that is watched, or 0. */
  wait(): number {
    const n = libc().epoll_wait(this.#fd, this.#event, 1, eventBytes, 0)
    return n <= 0 ? 0 : new DataView(this.#event.buffer).getUint32(0, true)
  }

  [Symbol.dispose](): void {
    libc().close(this.#fd)
  }

  #control(operation: number, fd: number, events: number): number {
    writeEvent(this.#event.buffer, events, 0)
    return libc().epoll_ctl(this.#fd, operation, fd, this.#event)
  }
}
