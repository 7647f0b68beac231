import {
  errno,
  errnoName,
  type Kernel,
  type Memory,
  type Relayed,
  sendFlags,
  type Vector,
} from "../kernel/port.ts"
import { type CarrierHost, later } from "./carrier.ts"
import type { CopyReason } from "./copy_reason.ts"
import type { SendCounters } from "./counters.ts"
import { type FileBytes, fileCallBytes } from "./file_bytes.ts"
import type { Holds } from "./holds.ts"
import type { Piece } from "./piece.ts"

/** What a carrier uses of the stack that all sockets share. */
export interface OutputTools {
  readonly kernel: Kernel
  /** A send is synchronous, so all sockets share one vector. */
  readonly vector: Vector
  readonly reactor: { readonly turnEnd: { readonly turns: number; run(task: () => void): void } }
}

/**
 * Sends bytes by copy that are no piece, and counts them under `reason`. A function, because this is what each
 * small message passes.
 */
export function copyBytes(
  kernel: Pick<Kernel, "sendBytes">,
  fd: number,
  counters: SendCounters,
  memory: Memory,
  offset: number,
  length: number,
  reason: CopyReason,
): number {
  let n: number
  do {
    n = kernel.sendBytes(fd, memory, offset, length)
  } while (n === -errno.EINTR)
  if (n <= 0) {
    counters.refusals++
    return n
  }
  counters.sends++
  counters[reason] += n
  return n
}

/** Sends bytes of pieces into one socket, for all carriers. */
export class Output {
  readonly #tools: OutputTools
  readonly #fd: number
  readonly #holds: Holds<Piece>
  readonly #counters: SendCounters
  readonly #host: Pick<CarrierHost, "unblock">
  #asked = 0
  /** Bytes of files that were sent in `#turn`. */
  #fileBytes = 0
  /** The turn in which bytes of a file were sent last. */
  #turn = -1
  /** Whether it goes on at the end of the turn. */
  #pausing = false

  constructor(
    tools: OutputTools,
    fd: number,
    holds: Holds<Piece>,
    counters: SendCounters,
    host: Pick<CarrierHost, "unblock">,
  ) {
    this.#tools = tools
    this.#fd = fd
    this.#holds = holds
    this.#counters = counters
    this.#host = host
  }

  /** Bytes of the last call that was gathered. */
  get asked(): number {
    return this.#asked
  }

  /**
   * Fills `vector` with up to `maxBytes` of the pieces from `first` up to `end`, and returns how many
   * elements.
   */
  gather(first: number, end: number, vector: Vector, maxBytes: number): number {
    let count = 0
    let room = maxBytes
    for (let hold = first; hold < end && count < vector.capacity && room > 0; hold++) {
      const piece = this.#holds.owner(hold)
      const length = Math.min(piece.remaining, room)
      vector.set(count++, piece.memory, piece.offset, length)
      room -= length
    }
    this.#asked = maxBytes - room
    return count
  }

  /** Sends the gathered elements with one call. */
  call(first: number, count: number, flags: number): number {
    const { kernel, vector } = this.#tools
    const more = this.#followsAtOnce(first + count) ? sendFlags.more : 0
    for (;;) {
      const n = kernel.send(this.#fd, vector, count, flags | more)
      if (n !== -errno.EINTR) return n
    }
  }

  /**
   * Whether the next call sends this hold. The kernel keeps back a packet that is not full for up to 200 ms,
   * so nothing may be promised of a file that is still to be read from a disk.
   */
  #followsAtOnce(hold: number): boolean {
    if (hold >= this.#holds.next) return false
    const piece = this.#holds.owner(hold)
    const { file, offset } = piece
    if (file === undefined || file.pipe !== undefined) return true
    return file.ready(offset, fileCallLength(piece))
  }

  /** Sends the gathered elements by copy, and counts the bytes under `reason`. */
  copy(first: number, count: number, reason: CopyReason): number {
    const n = this.call(first, count, 0)
    if (n <= 0) return this.refused(n)
    this.#counters.sends++
    this.#counters[reason] += n
    this.advance(first, n)
    return n
  }

  /** Counts a call that found no room. */
  refused(n: number): number {
    this.#counters.refusals++
    return n
  }

  /** Advances the pieces by `bytes`, and returns the last hold that bytes were taken from. */
  advance(first: number, bytes: number): number {
    for (let hold = first, left = bytes;; hold++) {
      const piece = this.#holds.owner(hold)
      const taken = Math.min(left, piece.remaining)
      piece.offset += taken
      piece.remaining -= taken
      left -= taken
      if (left === 0) return hold
    }
  }

  /**
   * Sends bytes of a file in place, if they are already in memory.
   *
   * @throws {ZerowireError} FileFailed
   */
  sendFile(piece: Piece, file: FileBytes): number {
    if (file.pipe !== undefined) return this.#sendPiped(piece, file)
    if (this.#fileBytesOfTurn >= fileTurnBytes) return this.#takeTurn()
    const length = fileCallLength(piece)
    if (!file.ready(piece.offset, length)) return later
    const n = this.#callFile(piece, file, length)
    if (n === 0) throw file.failed("SHRUNK", piece)
    if (n < 0 && fileErrors.includes(-n)) throw file.failed(errnoName(-n), piece)
    if (n < 0) return this.refused(n)
    this.#fileBytes += n
    this.fileAccepted(piece, n)
    return n
  }

  /** Accounts for a call that accepted `n` bytes of a file, whoever made it. */
  fileAccepted(piece: Piece, n: number): void {
    this.#counters.sends++
    this.#counters.fileBytes += n
    piece.offset += n
    piece.remaining -= n
  }

  /** Accounts for what a courier has moved through the pipe that `piece` is sent from. */
  relayAccepted(piece: Piece, { received, accepted }: Relayed): void {
    this.#counters.sends++
    this.#counters.relayedBytes += accepted
    piece.length += received
    piece.remaining += received - accepted
  }

  #sendPiped(piece: Piece, file: FileBytes): number {
    let n: number
    do {
      n = this.#tools.kernel.drainPipe(file.fd, this.#fd, piece.remaining)
    } while (n === -errno.EINTR)
    if (n === 0) throw file.failed("EMPTY", piece)
    if (n < 0) return this.refused(n)
    this.#counters.sends++
    this.#counters.relayedBytes += n
    piece.remaining -= n
    return n
  }

  #callFile({ offset }: Piece, file: FileBytes, length: number): number {
    let n: number
    do {
      n = this.#tools.kernel.sendFile(this.#fd, file.fd, offset, length)
    } while (n === -errno.EINTR)
    return n
  }

  get #fileBytesOfTurn(): number {
    const { turns } = this.#tools.reactor.turnEnd
    if (turns !== this.#turn) this.#fileBytes = 0
    this.#turn = turns
    return this.#fileBytes
  }

  /** Little is queued in memory. A file may be long, and a peer may take it as fast as it is sent. */
  #takeTurn(): number {
    // The socket's events may ask again before.
    if (!this.#pausing) this.#tools.reactor.turnEnd.run(() => this.#goOn())
    this.#pausing = true
    return later
  }

  #goOn(): void {
    this.#pausing = false
    this.#host.unblock()
  }
}

const fileCallLength = ({ remaining }: Piece): number => Math.min(remaining, fileCallBytes)

/** Errors of sendfile(2) that concern the file and not the socket. */
const fileErrors: readonly number[] = [
  ...[errno.EIO, errno.EINVAL, errno.EOVERFLOW, errno.ESPIPE, errno.ESTALE, errno.ENOSYS],
  ...[errno.EBADF, errno.EACCES, errno.EPERM, errno.ENOMEM],
]

/** Sending this much of a file takes a millisecond or two. */
const fileTurnBytes = 4 * 1024 * 1024

/**
 * Bytes of one call. The kernel charges RLIMIT_MEMLOCK for the whole call, whatever part of it is
 * accepted (`msg_zerocopy_realloc` in net/core/skbuff.c), so a call asks for no more than a socket's
 * buffer usually holds.
 */
export const maxCallBytes: number = 4 * 1024 * 1024
