import { errno } from "../../kernel/port.ts"
import type { TcpSocket } from "../tcp/tcp_socket.ts"
import type { World } from "../world/world.ts"

/** The file descriptors of the process. */
export class FileTable {
  readonly #world: World
  readonly #sockets = new Map<number, TcpSocket>()
  #uses = 0

  constructor(world: World) {
    this.#world = world
  }

  /** How many are open. */
  get size(): number {
    return this.#sockets.size
  }

  /** Grows with each system call. While it grows, the program is working. */
  get uses(): number {
    return this.#uses
  }

  /** The lowest free number for `socket`, or `-EMFILE`. */
  open(socket: TcpSocket): number {
    this.#uses++
    if (this.#sockets.size >= this.#world.limits.files) return -errno.EMFILE
    let fd = firstFile
    while (this.#sockets.has(fd)) fd++
    this.#sockets.set(fd, socket)
    return fd
  }

  get(fd: number): TcpSocket | undefined {
    this.#uses++
    return this.#sockets.get(fd)
  }

  /** The numbers of all open files. */
  numbers(): readonly number[] {
    return [...this.#sockets.keys()]
  }

  /** All open sockets. */
  all(): Iterable<TcpSocket> {
    return this.#sockets.values()
  }

  remove(fd: number): TcpSocket | undefined {
    const socket = this.get(fd)
    this.#sockets.delete(fd)
    return socket
  }
}

/** 0, 1 and 2 are taken. */
const firstFile = 3
