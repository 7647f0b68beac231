import { setTimeout } from "node:timers"
import type { Kernel, Poller } from "../kernel/port.ts"
import { Pauses } from "./pause.ts"
import { TurnEnd } from "./turn_end.ts"

/** Gets what became ready on one file descriptor. */
export interface Handler {
  /** `events` are the bits of `ready` in `kernel.ts`. They are edges: each comes once. */
  onReady(events: number): void
  /** Waiting has become impossible; nothing will be reported any more. */
  onFailure(failure: Error): void
}

/**
 * How much a handler wants to hear of its file descriptor.
 *
 * - `none`: nothing; readiness waits until somebody asks
 * - `watch`: tell me, but let the process exit if nothing else is to be done
 * - `wait`: tell me, and keep the process alive until then
 */
export type Interest = "none" | "watch" | "wait"

/**
 * Whether later would be as good for a handler, since there is more to do until then.
 *
 * - `none`: no
 * - `short`: some milliseconds later; it is a sender that waits for something else too
 * - `long`: as long as its bytes last that are under way
 * - `any`: as long as those of others last; for its own sake there is no pause
 */
export type Patience = "none" | "short" | "long" | "any"

/**
 * Tells handlers what became ready.
 *
 * At the end of a turn in which somebody waits it looks once, without waiting; only when nothing
 * came does it park a thread. Under load the look finds work nearly always, and a wake across
 * threads, the dearest thing that a small event can cost, does not happen.
 *
 * A crowd of senders has something every few microseconds, each time for one of them. Before it parks
 * for a crowd, it pauses, and as long as a pause brings something the next one follows.
 */
export class Reactor {
  readonly turnEnd: TurnEnd = new TurnEnd()
  readonly #kernel: Kernel
  readonly #handlers = new Map<number, Handler>()
  readonly #interests = new Map<number, Interest>()
  readonly #patient = new Map<number, Patience>()
  /** How many of the patient ones have bytes under way. */
  #senders = 0
  /** How many of the patient ones wait for nothing that would be late. */
  #longPatient = 0
  #poller: Poller | undefined
  #watching = 0
  #waiting = 0
  #looking = false
  #parked = false
  #referenced = false
  #resting: PromiseWithResolvers<void> | undefined
  #wakes = 0
  readonly #pauses: Pick<Pauses, "next" | "short">

  constructor(kernel: Kernel, pauses: Pick<Pauses, "next" | "short"> = new Pauses()) {
    this.#kernel = kernel
    this.#pauses = pauses
  }

  /** How many parked waits have ended since the start. */
  get wakes(): number {
    return this.#wakes
  }

  /** How many file descriptors are registered. */
  get size(): number {
    return this.#handlers.size
  }

  /**
   * Takes what waiting needs of the system, before there may be none left.
   *
   * @throws {Error} when there is none now.
   */
  prepare(): void {
    this.#open().prepare()
  }

  /** Registers `fd`. Answers 0 or `-errno`. */
  add(fd: number, handler: Handler): number {
    const n = this.#open().add(fd, fd)
    if (n >= 0) this.#handlers.set(fd, handler)
    return n
  }

  /** Forgets `fd`, which must still be open. */
  remove(fd: number): void {
    this.want(fd, "none")
    if (this.#handlers.delete(fd)) this.#poller?.remove(fd)
    this.#interests.delete(fd)
  }

  /** One has closed for good. When it was the last one, nobody needs the wait that is under way. */
  rest(): void {
    if (this.#resting !== undefined || !this.#parked || this.#handlers.size > 0) return
    if (this.#poller?.rest()) this.#resting = Promise.withResolvers()
  }

  /** Resolves when a wait that nobody needs has ended; nothing if there is no such wait. */
  get resting(): Promise<void> | undefined {
    return this.#resting?.promise
  }

  /** Says how much `fd`'s handler wants to hear from now on, and whether it has to be soon. */
  want(fd: number, interest: Interest, patience: Patience = "none"): void {
    this.#setPatience(fd, interest === "none" ? "none" : patience)
    const before = this.#interests.get(fd) ?? "none"
    if (before === interest) return
    this.#interests.set(fd, interest)
    if (before === "watch") this.#watching--
    if (before === "wait") this.#waiting--
    if (interest === "watch") this.#watching++
    if (interest === "wait") this.#waiting++
    this.#lookSoon()
  }

  #setPatience(fd: number, patience: Patience): void {
    const before = this.#patient.get(fd) ?? "none"
    if (before === patience) return
    this.#count(before, -1)
    this.#count(patience, 1)
    if (patience === "none") this.#patient.delete(fd)
    else this.#patient.set(fd, patience)
  }

  #count(patience: Patience, change: number): void {
    if (patience === "short" || patience === "long") this.#senders += change
    if (patience === "long" || patience === "any") this.#longPatient += change
  }

  /** A sender had nothing under way, or no room for more, before what it is told now. */
  noteShort(): void {
    this.#pauses.short()
  }

  /** Ends the wait that is under way, if any, and gives the epoll instance back. */
  async close(): Promise<void> {
    const poller = this.#poller
    this.#poller = undefined
    await poller?.close()
    this.#resting?.resolve()
  }

  /** The isolate ends now: nothing waits any more when this returns. */
  abandon(): void {
    const poller = this.#poller
    this.#poller = undefined
    poller?.abandon()
  }

  #open(): Poller {
    return this.#poller ??= this.#kernel.poller((failure) => this.#onWake(failure))
  }

  #lookSoon(): void {
    if (this.#looking || (this.#settled && this.#parked)) return
    if (this.#settled && this.#watching + this.#waiting === 0) return
    this.#looking = true
    this.turnEnd.run(this.#lookNow)
  }

  /** Whether the poller knows whether somebody waits. */
  get #settled(): boolean {
    return this.#referenced === this.#waiting > 0
  }

  readonly #lookNow = (): void => this.#look(false)
  readonly #lookAfterPause = (): void => this.#look(true)

  #look(paused: boolean): void {
    const poller = this.#poller
    // What handlers want meanwhile is looked after below.
    this.#looking = true
    const found = poller?.poll(this.#dispatch) ?? 0
    this.#looking = false
    if (poller === undefined || poller !== this.#poller) return
    // A thread that nobody waits for any more must not keep the process alive.
    if (!this.#settled) poller.reference(this.#referenced = this.#waiting > 0)
    if (this.#parked || this.#watching + this.#waiting === 0) return
    const nothingAgain = paused && found === 0
    if (!nothingAgain && found < manyEvents && this.#pause()) return
    if (found > 0) return this.#lookSoon()
    try {
      poller.park()
      this.#parked = true
    } catch (failure) {
      this.#fail(failure instanceof Error ? failure : new Error(String(failure)))
    }
  }

  /** Looks again a little later if there is a crowd that somebody waits for. */
  #pause(): boolean {
    // A timer keeps the process alive.
    if (this.#waiting === 0) return false
    const others = this.#watching + this.#waiting - this.#longPatient
    const millis = this.#pauses.next(this.#senders, others)
    if (millis === 0) return false
    this.#looking = true
    setTimeout(this.#lookAfterPause, millis)
    return true
  }

  readonly #dispatch = (fd: number, events: number): void => {
    this.#handlers.get(fd)?.onReady(events)
  }

  #onWake(failure: Error | undefined): void {
    this.#parked = false
    this.#wakes++
    this.#resting?.resolve()
    this.#resting = undefined
    if (failure !== undefined) return this.#fail(failure)
    this.#poller?.poll(this.#dispatch)
    this.#lookSoon()
  }

  #fail(failure: Error): void {
    for (const [fd, handler] of [...this.#handlers]) {
      // An earlier one may have removed it, and have closed its file descriptor.
      if (this.#handlers.get(fd) === handler) handler.onFailure(failure)
    }
  }
}

/** With so many events in one look there are more to come. */
const manyEvents = 128
