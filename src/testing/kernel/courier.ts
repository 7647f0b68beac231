import {
  type Courier,
  courierPatience,
  errno,
  type RelayCall,
  type Relayed,
  sendFlags,
  type Vector,
} from "../../kernel/port.ts"
import type { TcpSocket } from "../tcp/tcp_socket.ts"
import type { World } from "../world/world.ts"
import type { FileTable } from "./file_table.ts"
import { relayWaiting } from "./relay.ts"
import type { SimulatedVector } from "./vector.ts"
import { sendWaiting } from "./waiting_send.ts"

/** The two calls that a relay repeats. */
export interface RelaySteps {
  /** Moves what `socket` has received into a pipe. */
  fill(writeEnd: number, socket: TcpSocket, count: number): number
  drain(readEnd: number, fd: number, count: number): number
}

/** A thread that makes calls which may wait, in virtual time. */
export class SimulatedCourier implements Courier {
  readonly #world: World
  readonly #files: FileTable
  readonly #relaySteps: RelaySteps
  #stop: (() => void) | undefined

  constructor(world: World, files: FileTable, relaySteps: RelaySteps) {
    this.#world = world
    this.#files = files
    this.#relaySteps = relaySteps
  }

  send(fd: number, vector: Vector, count: number, flags: number, done: (n: number) => void): void {
    const elements = (vector as SimulatedVector).elements(count)
    const zerocopy = (flags & sendFlags.zerocopy) !== 0
    const finish = (n: number) => this.#report(() => done(n))
    this.#hop(() => {
      const socket = this.#files.get(fd)
      if (socket === undefined) return finish(-errno.EBADF)
      const patience = socket.mayWait ? courierPatience : 0
      sendWaiting(this.#world, socket, elements, zerocopy, patience, finish)
    })
  }

  relay({ from, to, pipe, held }: RelayCall, done: (relayed: Relayed) => void): void {
    const [source, sink] = [this.#files.get(from), this.#files.get(to)]
    const { readEnd, writeEnd, capacity } = pipe
    const finish = (relayed: Relayed) => this.#report(() => done(relayed))
    const stopped = this.#stop = () => this.#stop = undefined
    this.#hop(() => {
      if (this.#stop !== stopped || source === undefined || sink === undefined) {
        return finish({ received: 0, accepted: 0, receiveError: 0, sendError: 0 })
      }
      this.#stop = relayWaiting(this.#world, source, sink, held, {
        // The file descriptor of the source may be closed meanwhile.
        fill: () => this.#relaySteps.fill(writeEnd, source, capacity),
        drain: (count) => this.#relaySteps.drain(readEnd, to, count),
      }, finish)
    })
  }

  stopRelay(): void {
    this.#stop?.()
  }

  /** There are no files here. */
  sendFile(
    _fd: number,
    _file: number,
    _offset: number,
    _count: number,
    done: (n: number) => void,
  ): void {
    this.#report(() => done(-errno.ENOSYS))
  }

  /** All pages have the same size. */
  collapse(_memory: unknown, _offset: number, _length: number, done: (n: number) => void): void {
    this.#report(() => done(0))
  }

  close(): void {}

  /** Does something on the courier's thread. */
  #hop(task: () => void): void {
    this.#world.timeline.after(this.#hopTime, task)
  }

  /** Does something on the program's thread. */
  #report(task: () => void): void {
    this.#world.timeline.after(this.#hopTime, task, "program")
  }

  get #hopTime(): number {
    return this.#world.random.next() * mostHopTime
  }
}

/** The most milliseconds from one thread to another. */
const mostHopTime = 0.1
