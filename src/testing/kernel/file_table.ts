import { errno } from "../../kernel/port.ts"
import type { TcpSocket } from "../tcp/tcp_socket.ts"
import type { SimulatedPipe } from "./pipe.ts"
import type { World } from "../world/world.ts"

/** The file descriptors of the process. */
export class FileTable {
  readonly #world: World
  readonly #sockets = new Map<number, TcpSocket>()
  readonly #pipes = new Map<number, SimulatedPipe>()
  #uses = 0

  constructor(world: World) {
    this.#world = world
  }

  /** How many are open. */
  get size(): number {
    return this.#sockets.size + this.#pipes.size
  }

  /** Grows with each system call. While it grows, the program is working. */
  get uses(): number {
    return this.#uses
  }

  /** The lowest free number for `socket`, or `-EMFILE`. */
  open(socket: TcpSocket): number {
    this.#uses++
    const fd = this.#free()
    if (fd >= 0) this.#sockets.set(fd, socket)
    return fd
  }

  /** The same for one end of a pipe. */
  openPipe(pipe: SimulatedPipe): number {
    this.#uses++
    const fd = this.#free()
    if (fd >= 0) this.#pipes.set(fd, pipe)
    return fd
  }

  pipe(fd: number): SimulatedPipe | undefined {
    this.#uses++
    return this.#pipes.get(fd)
  }

  /** Whether `fd` was an end of a pipe. */
  removePipe(fd: number): boolean {
    return this.#pipes.delete(fd)
  }

  #free(): number {
    if (this.size >= this.#world.limits.files) return -errno.EMFILE
    let fd = firstFile
    while (this.#sockets.has(fd) || this.#pipes.has(fd)) fd++
    return fd
  }

  get(fd: number): TcpSocket | undefined {
    this.#uses++
    return this.#sockets.get(fd)
  }

  /** The numbers of all open files. */
  numbers(): readonly number[] {
    return [...this.#sockets.keys(), ...this.#pipes.keys()]
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
