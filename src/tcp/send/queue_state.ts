/**
 * The state of a sending queue.
 *
 * - `ready`: it may send
 * - `sending`: the loop that sends is running
 * - `blocked`: it waits for room, for the budget, for a disk, or for the event loop to turn
 * - `away`: a call for it is under way elsewhere
 * - `failed`: nothing will be sent any more
 */
export type QueueState = "ready" | "sending" | "blocked" | "away" | "failed"

/** The legal successors of each state. */
const legal: Readonly<Record<QueueState, readonly QueueState[]>> = {
  ready: ["sending", "failed"],
  sending: ["ready", "blocked", "failed"],
  blocked: ["ready", "away", "failed"],
  away: ["ready", "failed"],
  failed: [],
}

/**
 * Returns `to` if it may follow `from`.
 *
 * @throws {Error} if not, which would be a bug in the queue.
 */
export function step(from: QueueState, to: QueueState): QueueState {
  if (legal[from].includes(to)) return to
  throw new Error(`A sending queue that is ${from} cannot become ${to}`)
}
