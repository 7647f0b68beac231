import * as Effect from "effect/Effect"
import { errno, type Relayed, type Vector } from "../kernel/port.ts"
import {
  type CarrierHost,
  type FileBytes,
  flushBytes,
  type Holds,
  type Output,
  type Piece,
} from "../pieces/mod.ts"
import type { Chooser } from "./chooser.ts"
import { Delegation, type DelegationHost } from "./delegation.ts"
import type { Flight } from "./flight.ts"
import type { Grouping } from "./grouping.ts"
import type { ZerocopyTools } from "./tools.ts"

/** What the calls of couriers share with those of the socket itself. */
export interface SocketParts {
  readonly holds: Holds<Piece>
  readonly chooser: Chooser
  readonly host: CarrierHost
  readonly output: Output
  readonly flight: Flight
  readonly grouping: Grouping
}

/** Calls that couriers make for a socket without room: what they are given, and what they bring back. */
export class LentCalls implements DelegationHost {
  readonly #tools: ZerocopyTools
  readonly #fd: number
  readonly #holds: Holds<Piece>
  readonly #chooser: Chooser
  readonly #host: CarrierHost
  readonly #output: Output
  readonly #flight: Flight
  readonly #grouping: Grouping
  readonly #delegation: Delegation
  /** No courier is used before this many bytes are accepted. */
  #delegateFrom = 0
  #landed: (() => void) | undefined

  constructor(tools: ZerocopyTools, fd: number, parts: SocketParts) {
    this.#tools = tools
    this.#fd = fd
    this.#holds = parts.holds
    this.#chooser = parts.chooser
    this.#host = parts.host
    this.#output = parts.output
    this.#flight = parts.flight
    this.#grouping = parts.grouping
    this.#delegation = new Delegation(tools, fd, this)
  }

  /** The courier, and whether it is reserved, or has a call under way. */
  get delegation(): Delegation {
    return this.#delegation
  }

  /** The socket has no room for the piece of hold `first`. */
  wait(first: number, queuedBytes: number): void {
    const piece = this.#holds.owner(first)
    if (piece.file?.pipe !== undefined) return this.#relay(first)
    if (this.#host.acceptedBytes < this.#delegateFrom) return
    const { file, remaining } = piece
    if ((file === undefined ? queuedBytes : remaining) >= delegateBytes) this.#delegate(first)
    else if (queuedBytes >= flushBytes && this.#mayOffer(first)) this.#delegation.reserve()
  }

  offer(first: number, vector: Vector, mostBytes: number): { count: number; bytes: number } {
    const { ids, forecast, room } = this.#flight
    const most = Math.min(mostBytes, room, forecast.room(ids.calls))
    const end = this.#grouping.endOf(first, "zerocopy", vector)
    const count = this.#output.gather(first, end, vector, most)
    this.#flight.offered = this.#output.asked
    this.#flight.settle()
    return { count, bytes: this.#flight.offered }
  }

  delegated(first: number, n: number, complete: boolean): void {
    const asked = this.#flight.offered
    this.#flight.offered = 0
    const piece = this.#holds.owner(first)
    if (n <= 0) this.#flight.settle()
    else if (piece.file === undefined) this.#flight.account(first, n, asked)
    else this.#output.fileAccepted(piece, n)
    this.#host.carried(n)
    // A slow peer gets no courier before this many more bytes are accepted.
    if (!complete) this.#delegateFrom = this.#host.acceptedBytes + restBytes
    // What comes back after a failure comes by the proof of a reset.
    if (this.#host.failed) return
    this.#flight.takeIn()
    if (!complete || this.#host.queuedBytes < flushBytes) return
    this.#delegate(this.#host.nextHold)
  }

  delegationEnded(): void {
    this.#landed?.()
    this.#host.landed()
  }

  relayed(first: number, relayed: Relayed, wanted: boolean): void {
    const piece = this.#holds.owner(first)
    piece.file?.pipe?.relayed(relayed, wanted)
    this.#host.grew(relayed.received)
    this.#output.relayAccepted(piece, relayed)
    this.#host.carried(relayed.accepted)
    if (this.#host.failed) return
    if (relayed.sendError > 0) return this.#host.carryingFailed(relayed.sendError)
    // An unread notification would end the next call.
    if (this.#flight.ids.calls > 0) this.#flight.takeIn()
    // What arrived meanwhile is in the pipe, or its end was found.
    if (this.#host.queuedBytes > 0) this.wait(this.#host.nextHold, this.#host.queuedBytes)
  }

  #delegate(first: number): void {
    const piece = this.#holds.owner(first)
    const { file } = piece
    if (file === undefined ? !this.#mayOffer(first) : !this.#mayOfferFiles) return
    if (!this.#delegation.reserve()) return
    try {
      if (file === undefined) this.#delegation.start(first)
      else this.#delegation.startFile(first, file, piece)
    } catch (cause) {
      this.#host.broken(cause)
    }
  }

  /** Whether this socket may start a courier's call. */
  #mayOffer(first: number): boolean {
    if (this.#holds.owner(first).file !== undefined) return false
    const { ids, forecast } = this.#flight
    return this.#grouping.choose(first) === "zerocopy" && !this.#chooser.probes &&
      this.#flight.enabled && this.#flight.room >= offerBytes &&
      forecast.room(ids.calls) >= offerBytes
  }

  /**
   * Where an isolate ends before its process, a call that begins later would find the files of others under
   * its numbers; the courier's other calls have a header, which is cleared then.
   */
  get #mayOfferFiles(): boolean {
    return this.#tools.kernel.isolateEnd === "process"
  }

  #relay(first: number): void {
    const piece = this.#holds.owner(first)
    const { pipe } = piece.file as FileBytes
    if (pipe !== undefined && this.relays(piece)) {
      this.#delegation.startRelay(first, pipe, piece.remaining)
    }
  }

  /** Whether a courier moves what goes through the pipe of `piece`. One is reserved then. */
  relays({ file }: Piece): boolean {
    return file?.pipe?.busy === true && this.#tools.kernel.relays && this.#mayOfferFiles &&
      this.#delegation.reserve()
  }

  get quiesce(): Effect.Effect<void> {
    return this.#delegation.calling ? this.#comeBack : Effect.void
  }

  get #comeBack(): Effect.Effect<void> {
    return Effect.callback((resume) => {
      this.#landed = () => resume(Effect.void)
      if (this.#delegation.relaying) return this.#delegation.hurry()
      // A reset wakes the call. To shut the socket down would, too, but a FIN would go out first where the
      // peer has acknowledged all that was accepted. Linux 6.4 to 6.6 refuse a reset while a thread waits.
      const { kernel } = this.#tools
      if (kernel.disconnect(this.#fd) === -errno.EBUSY) kernel.abandonSends(this.#fd)
    })
  }
}

/** With this many bytes queued and no room, a courier is worth its two wakes. */
export const delegateBytes = 8 * 1024 * 1024
/** After a call that took too long, this many bytes are sent without a courier. */
const restBytes = 64 * 1024 * 1024

/** A courier is worthwhile if its call may have this many bytes. */
const offerBytes = 8 * 1024 * 1024
