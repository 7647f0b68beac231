import type { CopyReason } from "../pieces/mod.ts"

/** What to do with an element: send it zero-copy, or by copy for the reason named. */
export type Choice = "zerocopy" | CopyReason

export interface ChooserOptions {
  /** `auto` learns; `always` ignores what the kernel reports. */
  readonly mode: "auto" | "always"
  /** A call goes zero-copy when its elements have at least this many bytes together. */
  readonly thresholdBytes: number
  /** Whether the peer is this host: its socket starts on copy, and probes. Asked once. */
  readonly local: () => boolean
}

/** Where zero-copy begins to pay on the machines that were measured, in bytes of one element. */
export const defaultThreshold: number = 16 * 1024

/**
 * Decides for one socket.
 *
 * While it is off it probes: after a number of bytes that grows with each failure it lets one
 * element go zero-copy, alone, and waits for its verdict. Alone, because the kernel merges
 * notifications and a merged range tells the truth of its first member only.
 */
export class Chooser {
  readonly #options: ChooserOptions
  /** Undefined until somebody asks for the first decision that depends on it. */
  #decided: State | undefined
  /** Why zero-copy is off, while it is. */
  #reason: CopyReason = "local"
  #sinceOff = 0
  #probeDistance = firstProbeBytes
  #probeId = -1

  constructor(options: ChooserOptions) {
    this.#options = options
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

  /** Says that the socket has no zero-copy at all. */
  unsupported(): void {
    this.#state = "off"
    this.#reason = "unsupported"
    this.#probeDistance = Infinity
  }

  /** Whether the next zero-copy element must go alone, with nothing else in flight. */
  get probes(): boolean {
    return this.#state === "probe"
  }

  /** Whether a probe is in flight: the sooner its verdict is read, the fewer bytes are copied. */
  get awaitsVerdict(): boolean {
    return this.#state === "probing"
  }

  /** Fewer bytes than this go by copy. */
  get thresholdBytes(): number {
    return this.#options.thresholdBytes
  }

  /** Decides for a call of `bytes`, as far as they matter. `outstanding` is the number of ids in flight. */
  choose(bytes: number, outstanding: number): Choice {
    if (bytes < this.#options.thresholdBytes) return "small"
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
   * Why nothing goes zero-copy now, whatever its size; nothing when an element may. It decides
   * nothing, so it can be asked when a chunk arrives, long before it is sent.
   */
  get closed(): CopyReason | undefined {
    if (this.#state === "probing") return "probing"
    if (this.#state === "off" && this.#sinceOff < this.#probeDistance) return this.#reason
    return undefined
  }

  /** Says that `bytes` went by copy: they bring the next probe nearer. */
  copied(bytes: number): void {
    this.#sinceOff += bytes
  }

  /** Says that a call with the flag took bytes and got `id`. */
  issued(id: number): void {
    if (this.#state !== "probe") return
    this.#state = "probing"
    this.#probeId = id
  }

  /** Says that a probe could not be sent with the flag after all (ENOBUFS). */
  refused(): void {
    if (this.#state !== "probe") return
    this.#turnOff(this.#reason)
  }

  /** Takes in a completion range that starts at `lo`; `copied` is what the kernel said of it. */
  notified(lo: number, copied: boolean): void {
    if (this.#options.mode !== "auto") return
    if (this.#state === "probing") {
      if (lo !== this.#probeId) return
      if (copied) this.#turnOff("copied")
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
 * - `on`: elements from the threshold up go zero-copy
 * - `off`: everything goes by copy
 * - `probe`: the next element from the threshold up goes zero-copy, alone
 * - `probing`: that element is in flight, all others go by copy
 */
type State = "on" | "off" | "probe" | "probing"

/** A route changes or a packet capture ends within seconds, so the first probe comes early. */
const firstProbeBytes = 4 * 1024 * 1024
/** A peer on this host will hardly move away. */
const localProbeBytes = 16 * 1024 * 1024
const farthestProbeBytes = 1024 * 1024 * 1024
const probeGrowth = 4
