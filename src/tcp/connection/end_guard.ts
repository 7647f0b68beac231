import type { Kernel } from "../../kernel/port.ts"

/**
 * Sees that bytes that are lost with this program are not followed by a FIN.
 *
 * If a process is killed or a Worker is terminated, queued bytes are lost, and after a FIN the peer would
 * believe that it has everything. So the socket is set to reset instead while bytes are queued; in a
 * Worker always, because its connections end with it without notice.
 */
export class EndGuard {
  readonly #kernel: Pick<Kernel, "resetOnClose">
  readonly #fd: number
  #always: boolean
  #resets = false

  constructor(kernel: Pick<Kernel, "isolateEnd" | "resetOnClose">, fd: number) {
    this.#kernel = kernel
    this.#fd = fd
    this.#always = kernel.isolateEnd === "thread"
  }

  /** From the next `check` on, resets until the FIN, though nothing may be queued: more will follow. */
  expectMore(): void {
    this.#always = true
  }

  /** How far sending is. Makes a system call only when something changes by that. */
  check(finSent: boolean, queuedBytes: number): void {
    const resets = !finSent && (this.#always || queuedBytes > 0)
    if (resets === this.#resets) return
    this.#resets = resets
    this.#kernel.resetOnClose(this.#fd, resets)
  }
}
