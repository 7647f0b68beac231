import type { Kernel, Memory } from "../kernel/port.ts"

/**
 * The buffer that sockets with handlers receive into. All of them share it: each is done with its bytes
 * when its handler returns.
 */
export class Inbox {
  readonly #kernel: Kernel
  #memory: Memory | undefined

  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  get memory(): Memory {
    return this.#memory ??= this.#kernel.memoryOf(new ArrayBuffer(inboxBytes))
  }

  /** Somebody keeps the present buffer; the next bytes go to another one. */
  giveAway(): void {
    this.#memory = undefined
  }
}

/** As much as one call of the runtimes' own sockets receives. */
const inboxBytes = 64 * 1024
