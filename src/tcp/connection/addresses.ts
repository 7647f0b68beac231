import type { InetAddress, Kernel } from "../../kernel/port.ts"

/**
 * The addresses of a connection. The peer's is looked up at once, because a reset makes the kernel forget
 * it (ENOTCONN). The local one is looked up on demand, or before the kernel forgets it.
 */
export class Addresses {
  readonly peer: InetAddress | undefined
  readonly #kernel: Pick<Kernel, "localAddress">
  readonly #fd: number
  #local: InetAddress | undefined
  #settled = false

  constructor(kernel: Pick<Kernel, "localAddress" | "peerAddress">, fd: number) {
    this.#kernel = kernel
    this.#fd = fd
    this.peer = kernel.peerAddress(fd)
  }

  get local(): InetAddress | undefined {
    if (!this.#settled) this.settle()
    return this.#local
  }

  /** Looks up what is still unknown, because the kernel is about to forget it. */
  settle(): void {
    if (this.#settled) return
    this.#settled = true
    this.#local = this.#kernel.localAddress(this.#fd)
  }

  /**
   * Whether both ends are on this host, where the kernel copies in any case. Connecting to an address of
   * this host makes it the local address too.
   */
  get onOneHost(): boolean {
    const peer = this.peer?.address
    if (peer === undefined) return false
    if (peer === "::1" || /^(::ffff:)?127\./.test(peer)) return true
    return peer === this.local?.address
  }
}
