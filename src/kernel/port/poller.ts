/** Readiness of many file descriptors: one epoll instance, edge-triggered. */
export interface Poller {
  /**
   * Whether something can become ready while the JavaScript thread goes on, so that looking again soon may
   * find it. In a simulation time stands still meanwhile.
   */
  readonly looksPay: boolean
  /** Reports each change of `fd`'s readiness once, under `tag`. */
  add(fd: number, tag: number): number
  remove(fd: number): number
  /**
   * Sets whether `fd`, which was added under `tag`, is deferred: `poll` passes over its events, and
   * `pollDeferred` tells them. Where the system has no room for the change, nothing is changed.
   */
  defer(fd: number, tag: number, deferred: boolean): void
  /**
   * Calls `visit` for each file descriptor that is ready and not deferred, without waiting, and returns
   * how many there were.
   */
  poll(visit: (tag: number, events: number) => void): number
  /** As `poll`, for up to `most` of those that are deferred. */
  pollDeferred(visit: (tag: number, events: number) => void, most: number): number
  /** Sets whether events of deferred descriptors end a parked wait. By default they do. */
  wakeForDeferred(wake: boolean): void
  /**
   * Allocates what `park` needs from the system, if it has not done so already.
   *
   * @throws {Error} if the system has none left.
   */
  prepare(): void
  /** Waits off the JavaScript thread until something is ready, then calls `wake`. */
  park(): void
  /**
   * Nobody waits any longer. Ends a parked wait if the runtime counts it among its pending operations.
   * Returns whether it does; `wake` is then still to come.
   */
  rest(): boolean
  /** Sets whether waiting keeps the process alive. By default it does not. */
  reference(keepAlive: boolean): void
  /** Resolves once the last wait has ended and the instance is closed. */
  close(): Promise<void>
  /** The isolate ends now: ends all waits before it returns. */
  abandon(): void
}

/**
 * Readiness events. The bits are those of epoll. `ended` is the peer's FIN (EPOLLRDHUP). Where there is
 * `urgent` data (EPOLLPRI), a receiving call stops in front of it although more has arrived.
 */
export const ready = {
  readable: 0x1,
  urgent: 0x2,
  writable: 0x4,
  error: 0x8,
  hangup: 0x10,
  ended: 0x2000,
} as const
