import { errno, type Kernel } from "../../kernel/port.ts"
import { type NetAddress, toNetAddress } from "../address.ts"
import { type ListeningPoint, unix } from "./listening_point.ts"

/** A listening socket that this process was started with: by systemd, or by another parent. */
export class InheritedPoint implements ListeningPoint {
  readonly kind = "inherited"
  readonly name: string
  readonly #fd: number
  readonly #noDelay: boolean
  readonly #permit: (address: NetAddress) => void

  /** `permit` throws unless this process may listen on an address. */
  constructor(fd: number, noDelay: boolean, permit: (address: NetAddress) => void) {
    this.name = `file descriptor ${fd}`
    this.#fd = fd
    this.#noDelay = noDelay
    this.#permit = permit
  }

  open(kernel: Kernel): number {
    if (inUse.has(this.#fd)) return -errno.EBUSY
    const address = addressOf(kernel, this.#fd)
    if (address !== undefined) this.#permit(address)
    const fd = kernel.inherit(this.#fd)
    if (fd < 0) return fd
    if (this.#noDelay && address?.transport === "tcp") kernel.setOption(fd, "TCP_NODELAY", 1)
    inUse.add(this.#fd)
    return fd
  }

  address(kernel: Kernel, fd: number): NetAddress {
    return addressOf(kernel, fd) ?? toNetAddress(undefined)
  }

  /** Its file, if it has one, belongs to whoever has made the socket. Other processes may go on with it. */
  close(kernel: Kernel, fd: number): void {
    inUse.delete(this.#fd)
    kernel.close(fd)
  }
}

/** Numbers that a listener has. A second one must not close the socket of the first. */
const inUse = new Set<number>()

/** Nothing if it is not a socket, or one of another family. */
function addressOf(kernel: Kernel, fd: number): NetAddress | undefined {
  const path = kernel.unixPath(fd)
  if (path !== undefined) return toNetAddress(unix(path))
  const address = kernel.localAddress(fd)
  return address === undefined ? undefined : toNetAddress(address)
}
