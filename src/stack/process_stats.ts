import type { Stack } from "./stack.ts"

/** What all sockets of this isolate have in common. */
export interface ProcessStats {
  /** Open connections. */
  readonly connections: number
  /** How many times a parked thread has woken the JavaScript thread: the most expensive way to learn of events. */
  readonly wakes: number
  /** How many times the JavaScript thread has looked for events without waiting. */
  readonly looks: number
  /** Looks that found something. */
  readonly fruitfulLooks: number
  /** Events that were found. */
  readonly events: number
}

/** The figures of `stack`; all are 0 if there is none yet. */
export function processStatsOf(stack: Stack | undefined): ProcessStats {
  const { looks, fruitful, events } = stack?.reactor.counts ?? none
  return {
    connections: stack?.open.size ?? 0,
    wakes: stack?.reactor.wakes ?? 0,
    looks,
    fruitfulLooks: fruitful,
    events,
  }
}

const none = { looks: 0, fruitful: 0, events: 0 }
