import type { Kernel, SocketAddress, UnixAddress } from "../../kernel/port.ts"

/** The names of both ends of a Unix domain socket; empty where there is none. */
export interface UnixNames {
  readonly local: UnixAddress
  readonly peer: UnixAddress
}

/**
 * The addresses of a connection. The peer's is looked up at once, because a reset makes the kernel forget
 * it (ENOTCONN). The local one is looked up on demand, or before the kernel forgets it.
 */
export class Addresses {
  readonly peer: SocketAddress | undefined
  readonly #kernel: Pick<Kernel, "localAddress">
  readonly #fd: number
  #local: SocketAddress | undefined
  #settled = false

  constructor(
    kernel: Pick<Kernel, "localAddress" | "peerAddress">,
    fd: number,
    names?: UnixNames,
  ) {
    this.#kernel = kernel
    this.#fd = fd
    this.peer = names === undefined ? kernel.peerAddress(fd) : names.peer
    this.#local = names?.local
    this.#settled = names !== undefined
  }

  get local(): SocketAddress | undefined {
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
    const { peer } = this
    if (peer === undefined) return false
    if (peer.family === "unix") return true
    if (peer.address === "::1" || /^(::ffff:)?127\./.test(peer.address)) return true
    const { local } = this
    return local?.family !== "unix" && peer.address === local?.address
  }
}
