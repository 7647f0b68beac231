import {
  errno,
  type InetAddress,
  type SocketAddress,
  type SocketCalls,
  type SocketOption,
} from "../../kernel/port.ts"
import type { Network } from "../tcp/network.ts"
import { TcpSocket } from "../tcp/tcp_socket.ts"
import type { World } from "../world/world.ts"
import { FileTable } from "./file_table.ts"
import type { SimulatedPoller } from "./poller.ts"
import { getOption, setOption } from "./socket_options.ts"

/** Opening sockets, their names and options, and closing them. */
export abstract class SimulatedSocketCalls implements SocketCalls {
  readonly acknowledges = true
  readonly files: FileTable
  protected readonly world: World
  protected readonly pollers: Set<SimulatedPoller> = new Set()
  readonly #network: Network

  constructor(world: World, network: Network) {
    this.world = world
    this.#network = network
    this.files = new FileTable(world)
  }

  /** Only TCP is simulated. */
  socket(family: SocketAddress["family"]): number {
    if (family === "unix") return -errno.EAFNOSUPPORT
    return this.files.open(new TcpSocket(this.world, family))
  }

  bind(fd: number, address: SocketAddress): number {
    if (address.family === "unix") return -errno.EAFNOSUPPORT
    const socket = this.files.get(fd)
    return socket === undefined ? -errno.EBADF : this.#network.bind(socket, address)
  }

  listen(fd: number, backlog: number): number {
    const socket = this.files.get(fd)
    if (socket === undefined) return -errno.EBADF
    if (socket.local === undefined) return -errno.EINVAL
    socket.backlog = { limit: backlog, queue: [] }
    return 0
  }

  listening(): undefined {}

  accept(fd: number): number {
    const listener = this.files.get(fd)
    if (listener === undefined) return -errno.EBADF
    if (listener.backlog === undefined) return -errno.EINVAL
    const [socket] = listener.backlog.queue
    if (socket === undefined) return -errno.EAGAIN
    const accepted = this.files.open(socket)
    if (accepted >= 0) listener.backlog.queue.shift()
    return accepted
  }

  /** Nobody starts a simulated process. */
  inherit(): number {
    return -errno.EBADF
  }

  closeOnExec(): number {
    return 0
  }

  connect(fd: number, address: SocketAddress): number {
    if (address.family === "unix") return -errno.EAFNOSUPPORT
    const socket = this.files.get(fd)
    if (socket === undefined) return -errno.EBADF
    if (socket.family !== address.family) return -errno.EAFNOSUPPORT
    if (socket.state === "connecting") return -errno.EALREADY
    if (socket.state !== "fresh" || socket.backlog !== undefined) return -errno.EISCONN
    this.#network.connect(socket, address)
    return -errno.EINPROGRESS
  }

  disconnect(fd: number): number {
    return this.files.get(fd)?.disconnect() ?? -errno.EBADF
  }

  localAddress(fd: number): InetAddress | undefined {
    return this.files.get(fd)?.local
  }

  peerAddress(fd: number): InetAddress | undefined {
    const socket = this.files.get(fd)
    return socket?.state === "connected" ? socket.remote : undefined
  }

  unixPath(): undefined {
    return undefined
  }

  setOption(fd: number, option: SocketOption, value: number): number {
    const socket = this.files.get(fd)
    return socket === undefined ? -errno.EBADF : setOption(this.world, socket, option, value)
  }

  getOption(fd: number, option: SocketOption): number {
    const socket = this.files.get(fd)
    return socket === undefined ? -errno.EBADF : getOption(this.world, socket, option)
  }

  acknowledgedBytes(fd: number): number {
    const socket = this.files.get(fd)
    return socket === undefined ? -errno.EBADF : socket.acknowledgedBytes
  }

  arrivedBytes(fd: number): number {
    return this.files.get(fd)?.arrivedBytes ?? -errno.EBADF
  }

  shutdownWrite(fd: number): number {
    return this.files.get(fd)?.shutdown(false) ?? -errno.EBADF
  }

  close(fd: number): number {
    if (this.files.removePipe(fd)) return 0
    const socket = this.files.remove(fd)
    if (socket === undefined) return -errno.EBADF
    for (const poller of this.pollers) poller.forget(fd)
    this.#network.unbind(socket)
    socket.close()
    return 0
  }

  /** No process ends in a simulation. */
  resetOnClose(): void {}

  closeAll(): void {
    for (const fd of this.files.numbers()) this.close(fd)
  }
}
