import type { Roster } from "./roster.ts"

/** A server that listens, or that still answers. */
export interface Running {
  readonly roster: Roster
  /** Whether it answers only what is under way. */
  readonly closing: boolean
}

/** The servers of this isolate. */
export const running: Set<Running> = new Set()

/** Called when one of them begins to end. */
export const whenClosing: Set<() => void> = new Set()
