import type { Kernel, Poller } from "../../src/kernel/port.ts"

/** The sockets and pollers of one testbed. */
export class Resources {
  readonly #kernel: Kernel
  readonly #sockets = new Set<number>()
  readonly #pollers: Poller[] = []

  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  own(fd: number): number {
    if (fd < 0) throw new Error(`Cannot open a socket: errno ${-fd}`)
    this.#sockets.add(fd)
    return fd
  }

  close(fd: number): void {
    this.#sockets.delete(fd)
    this.#kernel.close(fd)
  }

  poller(wake: () => void): Poller {
    const poller = this.#kernel.poller(wake)
    this.#pollers.push(poller)
    return poller
  }

  async end(): Promise<void> {
    for (const poller of this.#pollers) await poller.close()
    // What is in flight would be read on after a close.
    for (const fd of this.#sockets) this.#kernel.disconnect(fd)
    for (const fd of this.#sockets) this.close(fd)
  }
}
