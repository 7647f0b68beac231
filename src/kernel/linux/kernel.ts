import * as linux from "../../../ffi/constants.ts"
import { type Libc, libc as loadedLibc, preload } from "../../../ffi/libc.ts"
import { NativeMemory } from "../../../ffi/memory.ts"
import {
  type Courier,
  courierPatience,
  type IsolateEnd,
  type Kernel,
  type Poller,
} from "../port.ts"
import { LinuxCourier } from "./courier.ts"
import { LinuxPipeCalls } from "./pipe_calls.ts"
import { LinuxPoller } from "./poller.ts"

/**
 * The kernel that this process runs on, called through libc.
 *
 * The files `*_calls.ts` have its calls, sorted as in the port. Each adds one kind to those before, so that
 * no call takes a way round over a second object.
 */
class LinuxKernel extends LinuxPipeCalls implements Kernel {
  readonly isolateEnd: IsolateEnd
  readonly relays: boolean
  readonly #sendTimeout: NativeMemory

  constructor(libc: Libc) {
    super(libc)
    const { backend } = libc
    this.isolateEnd = this.isolate.end
    this.relays = backend.relays
    this.#sendTimeout = NativeMemory.allocate(backend, 16)
    new BigInt64Array(this.#sendTimeout.buffer)[1] = BigInt(courierPatience * 1000)
  }

  courier(): Courier {
    return new LinuxCourier(this.libc, this.isolate)
  }

  startWaiting(fd: number): number {
    const blocking = this.libc.fcntl(fd, linux.F_SETFL, 0)
    if (blocking < 0) return blocking
    this.waiting.add(fd)
    return this.libc.setsockopt(fd, linux.SOL_SOCKET, linux.SO_SNDTIMEO, this.#sendTimeout)
  }

  stopWaiting(fd: number): number {
    this.waiting.delete(fd)
    return this.libc.fcntl(fd, linux.F_SETFL, linux.O_NONBLOCK)
  }

  abandonSends(fd: number): number {
    return this.libc.shutdown(fd, linux.SHUT_RDWR)
  }

  poller(wake: (failure?: Error) => void): Poller {
    return new LinuxPoller(this.libc, this.isolate.descriptors, wake)
  }
}

export { preload }

let kernel: Kernel | undefined

/**
 * The kernel of this machine, loaded on first use.
 *
 * @throws {Error} if libc cannot be called; the message names the cure.
 */
export function linuxKernel(): Kernel {
  return kernel ??= new LinuxKernel(loadedLibc())
}
