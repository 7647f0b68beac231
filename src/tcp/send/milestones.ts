import type * as Effect from "effect/Effect"
import type { ZerowireError } from "../../error/mod.ts"
import { type Resume, Waiters } from "../../pieces/mod.ts"
import type { Backlog } from "./backlog.ts"
import type { TurnEnds } from "./flush_timer.ts"
import { RoomTask } from "./room_task.ts"

/**
 * Callers that wait until so much is accepted, acknowledged or released.
 *
 * Created when somebody waits, as are its parts: a socket of small messages never does, and with thousands
 * of sockets each object that a message passes is a wait for memory.
 */
export class Milestones {
  readonly #backlog: Backlog
  readonly #changed: () => void
  #accepted: Waiters | undefined
  #released: Waiters | undefined
  #acknowledged: Waiters | undefined
  #room: RoomTask | undefined
  #failure: ZerowireError | undefined
  #quarantined = false

  /** `changed` is called when it may have changed whether somebody waits. */
  constructor(backlog: Backlog, changed: () => void) {
    this.#backlog = backlog
    this.#changed = changed
  }

  /** Whether somebody waits for the kernel. */
  get awaited(): boolean {
    return isAwaited(this.#accepted) || isAwaited(this.#released) || isAwaited(this.#acknowledged)
  }

  /** Whether somebody waits for acknowledgements. */
  get awaitsAcknowledgement(): boolean {
    return isAwaited(this.#acknowledged)
  }

  /** Succeeds once `bytes` bytes since the start are accepted. */
  untilAccepted(bytes: number): Effect.Effect<void, ZerowireError> {
    if (this.#accepted === undefined) {
      this.#accepted = new Waiters(this.#changed)
      this.#accepted.reached(this.#backlog.acceptedBytes)
      if (this.#failure !== undefined) this.#accepted.fail(this.#failure)
    }
    return this.#accepted.until(bytes)
  }

  /** Succeeds once every piece before hold `end` is released. */
  untilReleasedTo(end: number): Effect.Effect<void, ZerowireError> {
    return this.#releases.until(end)
  }

  /** Calls `resume` when `untilReleasedTo` would end. Returns a function that ends the wait. */
  whenReleasedTo(end: number, resume: Resume): () => void {
    return this.#releases.when(end, resume)
  }

  get #releases(): Waiters {
    if (this.#released !== undefined) return this.#released
    this.#released = new Waiters(this.#changed)
    this.#released.reached(this.#backlog.holds.first)
    if (this.#quarantined && this.#failure !== undefined) this.#released.fail(this.#failure)
    return this.#released
  }

  /**
   * Calls `resume` once `acknowledged` has been called with `bytes` bytes, or sending has failed. Returns a
   * function that ends the wait.
   */
  whenAcknowledged(bytes: number, resume: Resume): () => void {
    this.#acknowledged ??= new Waiters(this.#changed)
    return this.#acknowledged.when(bytes, resume)
  }

  /** Calls `task` once, at the end of a turn, when `bytes` bytes since the start are accepted. */
  whenAccepted(bytes: number, task: () => void, turnEnd: TurnEnds): void {
    this.#room ??= new RoomTask(turnEnd)
    this.#room.wait(bytes, task)
    this.#room.accepted(this.#backlog.acceptedBytes)
  }

  accepted(): void {
    const { acceptedBytes } = this.#backlog
    this.#accepted?.reached(acceptedBytes)
    this.#room?.accepted(acceptedBytes)
  }

  released(): void {
    this.#released?.reached(this.#backlog.holds.first)
  }

  acknowledged(bytes: number): void {
    this.#acknowledged?.reached(bytes)
  }

  /** Nothing more will be accepted or acknowledged. What is in flight may still be released. */
  fail(error: ZerowireError): void {
    this.#failure = error
    this.#accepted?.fail(error)
    this.#acknowledged?.fail(error)
  }

  /** Nothing more will be released. */
  quarantined(): void {
    this.#quarantined = true
    if (this.#failure !== undefined) this.#released?.fail(this.#failure)
  }
}

const isAwaited = (waiters: Waiters | undefined): boolean =>
  waiters !== undefined && waiters.size > 0
