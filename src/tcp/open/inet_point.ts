import type { InetAddress, Kernel } from "../../kernel/port.ts"
import { formatAddress, type NetAddress, toNetAddress } from "../address.ts"
import { inTurn, type ListeningPoint } from "./listening_point.ts"

/** How to listen on an address. */
export interface InetPointOptions {
  readonly backlog: number
  readonly reusePort: boolean
  /** TCP_NODELAY of accepted sockets: they inherit it. */
  readonly noDelay: boolean
}

/** An internet address of this host. Port 0 picks a free one. */
export class InetPoint implements ListeningPoint {
  readonly kind = "port"
  readonly name: string
  readonly #address: InetAddress
  readonly #options: InetPointOptions

  constructor(address: InetAddress, options: InetPointOptions) {
    this.name = formatAddress(address)
    this.#address = address
    this.#options = options
  }

  open(kernel: Kernel): number {
    const { backlog, reusePort, noDelay } = this.#options
    const fd = kernel.socket(this.#address.family)
    const n = inTurn([
      () => fd,
      () => kernel.setOption(fd, "SO_REUSEADDR", 1),
      () => reusePort ? kernel.setOption(fd, "SO_REUSEPORT", 1) : 0,
      () => noDelay ? kernel.setOption(fd, "TCP_NODELAY", 1) : 0,
      () => kernel.bind(fd, this.#address),
      () => kernel.listen(fd, backlog),
    ])
    if (n >= 0) return fd
    if (fd >= 0) kernel.close(fd)
    return n
  }

  address(kernel: Kernel, fd: number): NetAddress {
    return toNetAddress(kernel.localAddress(fd) ?? this.#address)
  }

  close(kernel: Kernel, fd: number): void {
    kernel.close(fd)
  }
}
