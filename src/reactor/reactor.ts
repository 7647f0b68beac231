import { clearTimeout, setTimeout } from "node:timers"
import type { Kernel, Poller } from "../kernel/port.ts"
import { ByDescriptor } from "./by_descriptor.ts"
import { Helping } from "./helping.ts"
import { Looks } from "./looks.ts"
import { type Patience, Patient } from "./patient.ts"
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
 * Tells handlers what has become ready.
 *
 * At the end of a turn in which somebody waits, it polls without blocking, and parks a thread only if
 * nothing is ready. Under load the poll nearly always finds work. That avoids waking another thread, which
 * is the most expensive part of a small event. If events come in quick succession, it polls for several
 * turns before it parks (`Looks`). Each look is a turn of the event loop, so timers, promises and the
 * runtime's own events go on.
 *
 * In a crowd of senders one of them is ready every few microseconds. For a crowd the reactor pauses, and
 * pauses again as long as a pause brings events. During a pause it looks for everybody else as usual.
 */
export class Reactor {
  readonly turnEnd: TurnEnd = new TurnEnd()
  readonly #kernel: Kernel
  readonly #handlers = new ByDescriptor<Handler | undefined>(undefined)
  readonly #interests = new ByDescriptor<Interest>("none")
  readonly #patient = new Patient()
  readonly #helping = new Helping()
  #size = 0
  #poller: Poller | undefined
  #watching = 0
  #waiting = 0
  #looking = false
  /** Whether nobody looks for the patient ones, until a timer ends that. */
  #pausing = false
  #pauseTimer: ReturnType<typeof setTimeout> | undefined
  /** Whether more of the patient ones are ready than were told of. */
  #moreDeferred = false
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
    this.#patient.remove(fd)
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
    this.#patient.set(fd, interest === "none" ? "none" : patience)
    if (this.#pausing) this.#hurry(fd)
    const before = this.#interests.get(fd)
    if (before === interest) return
    this.#interests.set(fd, interest)
    if (before === "watch") this.#watching--
    if (before === "wait") this.#waiting--
    if (interest === "watch") this.#watching++
    if (interest === "wait") this.#waiting++
    this.#lookSoon()
  }

  /** It may not be able to wait for the end of the pause any longer. */
  #hurry(fd: number): void {
    if (this.#poller !== undefined) this.#patient.hurry(this.#poller, fd)
    this.#lookSoon()
  }

  /** A sender had nothing in flight, or no room, before the event that it is receiving now. */
  noteShort(): void {
    this.#pauses.short()
  }

  /** Ends the wait under way, if any, and closes the epoll instance. */
  async close(): Promise<void> {
    await this.#leave()?.close()
    this.#resting?.resolve()
  }

  /** The isolate ends now: all waits have ended when this returns. */
  abandon(): void {
    this.#leave()?.abandon()
  }

  /** Ends a pause, and returns the poller, which nobody uses any more. */
  #leave(): Poller | undefined {
    clearTimeout(this.#pauseTimer)
    this.#pausing = false
    const poller = this.#poller
    this.#poller = undefined
    return poller
  }

  #open(): Poller {
    return this.#poller ??= this.#kernel.poller((failure) => this.#onWake(failure))
  }

  #lookSoon(): void {
    if (this.#looking || (this.#settled && this.#parked)) return
    if (this.#settled && this.#watching + this.#waiting === 0) return
    this.#lookAtTurnEnd()
  }

  #lookAtTurnEnd(): void {
    this.#looking = true
    this.turnEnd.runLast(this.#lookNow)
  }

  /** Whether the poller knows that somebody waits. */
  get #settled(): boolean {
    return this.#referenced === this.#waiting > 0
  }

  readonly #lookNow = (): void => this.#look(false)

  readonly #endPause = (): void => {
    this.#pausing = false
    this.#look(true)
  }

  #look(paused: boolean): void {
    const poller = this.#poller
    // What handlers want in the meantime is handled below.
    this.#looking = true
    const found = poller === undefined ? 0 : this.#poll(poller)
    this.#looking = false
    if (poller === undefined || poller !== this.#poller) return
    // A thread that nobody waits for must not keep the process alive.
    if (!this.#settled) poller.reference(this.#referenced = this.#waiting > 0)
    const nothingAgain = paused && found === 0
    if (!this.#pausing && !nothingAgain && !this.#moreDeferred) this.#pause(poller)
    poller.wakeForDeferred(!this.#pausing && !this.#moreDeferred)
    if (this.#moreDeferred) return this.#lookAtTurnEnd()
    if (this.#parked || !this.#awaited) return
    if (found > 0 || poller.looksPay && this.#looks.again()) return this.#lookSoon()
    try {
      poller.park()
      this.#parked = true
      this.#looks.parked()
    } catch (failure) {
      this.#fail(failure instanceof Error ? failure : new Error(String(failure)))
    }
  }

  /** Whether somebody waits who has not to wait for the end of a pause. */
  get #awaited(): boolean {
    return this.#watching + this.#waiting > (this.#pausing ? this.#patient.size : 0)
  }

  /** If somebody waits for a crowd, looks for it only a little later. */
  #pause(poller: Poller): void {
    // A timer keeps the process alive.
    if (this.#waiting === 0) return
    const millis = this.#pauses.next(this.#patient.senders, this.#patient.readers)
    if (millis === 0) return
    this.#pausing = true
    this.#patient.settle(poller)
    this.#pauseTimer = setTimeout(this.#endPause, millis)
  }

  #poll(poller: Poller): number {
    const found = (this.#pausing ? 0 : this.#pollDeferred(poller)) + poller.poll(this.#dispatch)
    this.#looksDone++
    if (found === 0) return 0
    this.#fruitfulLooks++
    this.#events += found
    this.#looks.found()
    return found
  }

  #pollDeferred(poller: Poller): number {
    const most = this.#helping.begin()
    const found = poller.pollDeferred(this.#dispatch, most)
    this.#moreDeferred = found === most
    this.#helping.end(found)
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
