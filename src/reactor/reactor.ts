import { setTimeout } from "node:timers"
import type { Kernel, Poller } from "../kernel/port.ts"
import { ByDescriptor } from "./by_descriptor.ts"
import { Looks } from "./looks.ts"
import { Pauses } from "./pause.ts"
import { TurnEnd } from "./turn_end.ts"

/** Receives the events of one file descriptor. */
export interface Handler {
  /** `events` are bits of `ready` in `kernel/port.ts`. They are edges: each comes once. */
  onReady(events: number): void
  /** Waiting has become impossible. No more events will come. */
  onFailure(failure: Error): void
}

/**
 * Which events a handler wants to hear of.
 *
 * - `none`: none; they are kept until somebody asks
 * - `watch`: all, but let the process exit if there is nothing else to do
 * - `wait`: all, and keep the process alive until then
 */
export type Interest = "none" | "watch" | "wait"

/**
 * How long a handler can wait for its events without harm.
 *
 * - `none`: not at all
 * - `short`: some milliseconds; it is a sender that also waits for something else
 * - `long`: as long as its bytes in flight last
 * - `any`: as long as those of others last; it needs no pause itself
 */
export type Patience = "none" | "short" | "long" | "any"

/**
 * Tells handlers what has become ready.
 *
 * At the end of a turn in which somebody waits, it polls without blocking, and parks a thread only if
 * nothing is ready. Under load the poll nearly always finds work. That avoids waking another thread, which
 * is the most expensive part of a small event. If events come in quick succession, it polls for several
 * turns before it parks (`Looks`). Each look is a turn of the event loop, so timers, promises and the
 * runtime's own events go on.
 *
 * In a crowd of senders one of them is ready every few microseconds. For a crowd the reactor pauses
 * before it parks, and pauses again as long as a pause brings events.
 */
export class Reactor {
  readonly turnEnd: TurnEnd = new TurnEnd()
  readonly #kernel: Kernel
  readonly #handlers = new ByDescriptor<Handler | undefined>(undefined)
  readonly #interests = new ByDescriptor<Interest>("none")
  readonly #patient = new ByDescriptor<Patience>("none")
  #size = 0
  /** How many of the patient handlers have bytes in flight. */
  #senders = 0
  /** How many of the patient handlers can wait as long as the others. */
  #longPatient = 0
  #poller: Poller | undefined
  #watching = 0
  #waiting = 0
  #looking = false
  #parked = false
  #referenced = false
  #resting: PromiseWithResolvers<void> | undefined
  #looksDone = 0
  #fruitfulLooks = 0
  #events = 0
  #wakes = 0
  readonly #pauses: Pick<Pauses, "next" | "short">
  readonly #looks: Pick<Looks, "found" | "again" | "parked" | "woken">

  constructor(
    kernel: Kernel,
    pauses: Pick<Pauses, "next" | "short"> = new Pauses(),
    looks: Pick<Looks, "found" | "again" | "parked" | "woken"> = new Looks(),
  ) {
    this.#kernel = kernel
    this.#pauses = pauses
    this.#looks = looks
  }

  /** How many parked waits have ended so far. */
  get wakes(): number {
    return this.#wakes
  }

  /** Polls without blocking so far, those of them that found something, and all events. */
  get counts(): { readonly looks: number; readonly fruitful: number; readonly events: number } {
    return { looks: this.#looksDone, fruitful: this.#fruitfulLooks, events: this.#events }
  }

  /** How many file descriptors are registered. */
  get size(): number {
    return this.#size
  }

  /**
   * Allocates what waiting needs from the system, before the system may run out of it.
   *
   * @throws {Error} if the system has none left.
   */
  prepare(): void {
    this.#open().prepare()
  }

  /** Registers `fd`. Returns 0 or `-errno`. */
  add(fd: number, handler: Handler): number {
    const n = this.#open().add(fd, fd)
    if (n < 0) return n
    if (this.#handlers.get(fd) === undefined) this.#size++
    this.#handlers.set(fd, handler)
    return n
  }

  /** Unregisters `fd`, which must still be open. */
  remove(fd: number): void {
    this.want(fd, "none")
    if (this.#handlers.get(fd) === undefined) return
    this.#handlers.set(fd, undefined)
    this.#size--
    this.#poller?.remove(fd)
  }

  /** A file descriptor was closed. If it was the last one, nobody needs the wait under way. */
  rest(): void {
    if (this.#resting !== undefined || !this.#parked || this.#size > 0) return
    if (this.#poller?.rest()) this.#resting = Promise.withResolvers()
  }

  /** Resolves when an unneeded wait has ended; nothing if there is none. */
  get resting(): Promise<void> | undefined {
    return this.#resting?.promise
  }

  /** Sets which events `fd`'s handler wants to hear of from now on, and how soon. */
  want(fd: number, interest: Interest, patience: Patience = "none"): void {
    this.#setPatience(fd, interest === "none" ? "none" : patience)
    const before = this.#interests.get(fd)
    if (before === interest) return
    this.#interests.set(fd, interest)
    if (before === "watch") this.#watching--
    if (before === "wait") this.#waiting--
    if (interest === "watch") this.#watching++
    if (interest === "wait") this.#waiting++
    this.#lookSoon()
  }

  #setPatience(fd: number, patience: Patience): void {
    const before = this.#patient.get(fd)
    if (before === patience) return
    this.#count(before, -1)
    this.#count(patience, 1)
    this.#patient.set(fd, patience)
  }

  #count(patience: Patience, change: number): void {
    if (patience === "short" || patience === "long") this.#senders += change
    if (patience === "long" || patience === "any") this.#longPatient += change
  }

  /** A sender had nothing in flight, or no room, before the event that it is receiving now. */
  noteShort(): void {
    this.#pauses.short()
  }

  /** Ends the wait under way, if any, and closes the epoll instance. */
  async close(): Promise<void> {
    const poller = this.#poller
    this.#poller = undefined
    await poller?.close()
    this.#resting?.resolve()
  }

  /** The isolate ends now: all waits have ended when this returns. */
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
    this.turnEnd.runLast(this.#lookNow)
  }

  /** Whether the poller knows that somebody waits. */
  get #settled(): boolean {
    return this.#referenced === this.#waiting > 0
  }

  readonly #lookNow = (): void => this.#look(false)
  readonly #lookAfterPause = (): void => this.#look(true)

  #look(paused: boolean): void {
    const poller = this.#poller
    // What handlers want in the meantime is handled below.
    this.#looking = true
    const found = poller === undefined ? 0 : this.#poll(poller)
    this.#looking = false
    if (poller === undefined || poller !== this.#poller) return
    // A thread that nobody waits for must not keep the process alive.
    if (!this.#settled) poller.reference(this.#referenced = this.#waiting > 0)
    if (this.#parked || this.#watching + this.#waiting === 0) return
    const nothingAgain = paused && found === 0
    if (!nothingAgain && found < manyEvents && this.#pause()) return
    if (found > 0 || poller.looksPay && this.#looks.again()) return this.#lookSoon()
    try {
      poller.park()
      this.#parked = true
      this.#looks.parked()
    } catch (failure) {
      this.#fail(failure instanceof Error ? failure : new Error(String(failure)))
    }
  }

  /** Polls again a little later, if somebody waits for a crowd. */
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

  #poll(poller: Poller): number {
    const found = poller.poll(this.#dispatch)
    this.#looksDone++
    if (found === 0) return 0
    this.#fruitfulLooks++
    this.#events += found
    this.#looks.found()
    return found
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
    this.#looks.woken()
    if (this.#poller !== undefined) this.#poll(this.#poller)
    this.#lookSoon()
  }

  #fail(failure: Error): void {
    for (const [fd, handler] of this.#handlers.all()) {
      // An earlier handler may have removed it and closed its file descriptor.
      if (handler !== undefined && this.#handlers.get(fd) === handler) handler.onFailure(failure)
    }
  }
}

/** If a poll finds this many events, more are likely. */
const manyEvents = 128
