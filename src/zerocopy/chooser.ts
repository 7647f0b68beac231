import type { CopyReason } from "../pieces/mod.ts"

/** What to do with an element: send it zero-copy, or copy it for this reason. */
export type Choice = "zerocopy" | CopyReason

export interface ChooserOptions {
  /** `auto` learns; `always` ignores what the kernel reports. */
  readonly mode: "auto" | "always"
  /** A call is sent zero-copy if its elements together have at least this many bytes. */
  readonly thresholdBytes: number
  /** Whether the peer is this host: then the socket starts by copying, and probes. Called once. */
  readonly local: () => boolean
}

/** The size of an element from which on zero-copy paid off on the measured machines, in bytes. */
export const defaultThreshold: number = 16 * 1024

/**
 * Decides between copy and zero-copy for one socket.
 *
 * While zero-copy is off, it probes: after a number of bytes that grows with each failure, it sends one
 * element zero-copy and waits for its verdict. The element is sent alone, because the kernel merges
 * notifications, and a merged range reports the truth only for its first member.
 */
export class Chooser {
  readonly #options: ChooserOptions
  /** Calls with fewer bytes are copied. */
  readonly thresholdBytes: number
  /** Undefined until the first decision that depends on it. */
  #decided: State | undefined
  /** Why zero-copy is off, while it is. */
  #reason: CopyReason = "local"
  #sinceOff = 0
  #probeDistance = firstProbeBytes
  #probeId = -1

  constructor(options: ChooserOptions) {
    this.#options = options
    this.thresholdBytes = options.thresholdBytes
  }

  get #state(): State {
    return this.#decided ??= this.#begin()
  }

  set #state(state: State) {
    this.#decided = state
  }

  #begin(): State {
    if (this.#options.mode === "always" || !this.#options.local()) return "on"
    this.#probeDistance = localProbeBytes
    return "off"
  }

  /** The socket does not support zero-copy. */
  unsupported(): void {
    this.#state = "off"
    this.#reason = "unsupported"
    this.#probeDistance = Infinity
  }

  /** Whether the next zero-copy element must be sent alone, with nothing else in flight. */
  get probes(): boolean {
    return this.#state === "probe"
  }

  /** Whether a probe is in flight: the sooner its verdict is read, the fewer bytes are copied. */
  get awaitsVerdict(): boolean {
    return this.#state === "probing"
  }

  /** Decides for a call of `bytes`. `outstanding` is the number of ids in flight. */
  choose(bytes: number, outstanding: number): Choice {
    if (bytes < this.thresholdBytes) return "small"
    switch (this.#state) {
      case "on":
      case "probe":
        return "zerocopy"
      case "probing":
        return "probing"
      case "off":
        if (this.#sinceOff < this.#probeDistance || outstanding > 0) return this.#reason
        this.#state = "probe"
        return "zerocopy"
    }
  }

  /**
   * Why nothing is sent zero-copy at the moment, whatever its size; nothing if zero-copy is on. It
   * changes no state, so it can be called when a chunk arrives, long before it is sent.
   */
  get closed(): CopyReason | undefined {
    if (this.#state === "probing") return "probing"
    if (this.#state === "off" && this.#sinceOff < this.#probeDistance) return this.#reason
    return undefined
  }

  /** `bytes` were copied, which brings the next probe nearer. */
  copied(bytes: number): void {
    this.#sinceOff += bytes
  }

  /** A call with MSG_ZEROCOPY took bytes and got `id`. */
  issued(id: number): void {
    if (this.#state !== "probe") return
    this.#state = "probing"
    this.#probeId = id
  }

  /** A probe could not be sent with MSG_ZEROCOPY after all (ENOBUFS). */
  refused(): void {
    if (this.#state !== "probe") return
    this.#turnOff(this.#reason)
  }

  /** Processes a completion range that starts at `lo`; `copied` is what the kernel reported for it. */
  notified(lo: number, copied: boolean): void {
    if (this.#options.mode !== "auto") return
    if (this.#state === "probing") {
      if (lo !== this.#probeId) return
      // Of a peer on this host, a probe only confirms why it is off.
      if (copied) this.#turnOff(this.#reason)
      else this.#turnOn()
    } else if (this.#state === "on" && copied) {
      this.#turnOff("copied")
    }
  }

  #turnOff(reason: CopyReason): void {
    if (this.#state !== "on") {
      this.#probeDistance = Math.min(this.#probeDistance * probeGrowth, farthestProbeBytes)
    }
    this.#state = "off"
    this.#reason = reason
    this.#sinceOff = 0
  }

  #turnOn(): void {
    this.#state = "on"
    this.#probeDistance = firstProbeBytes
  }
}

/**
 * - `on`: elements from the threshold up are sent zero-copy
 * - `off`: everything is copied
 * - `probe`: the next element from the threshold up is sent zero-copy, alone
 * - `probing`: that element is in flight, and all others are copied
 */
type State = "on" | "off" | "probe" | "probing"

/** A route changes or a packet capture ends within seconds, so the first probe comes early. */
const firstProbeBytes = 4 * 1024 * 1024
/** A peer on this host is unlikely to move away. */
const localProbeBytes = 16 * 1024 * 1024
const farthestProbeBytes = 1024 * 1024 * 1024
const probeGrowth = 4
