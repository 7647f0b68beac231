import { errno, longestRelay, type Relayed, relayPatience } from "../../kernel/port.ts"
import type { TcpSocket } from "../tcp/tcp_socket.ts"
import type { World } from "../world/world.ts"

/** What a relay does to its pipe, as system calls do. */
export interface RelaySteps {
  /** Fills the pipe from the source, and returns how many bytes, or `-errno`. */
  fill(): number
  /** Sends up to `count` bytes of the pipe to the sink. */
  drain(count: number): number
}

/**
 * A courier's relay in virtual time. `done` is called at its end. Returns a function that ends it.
 */
export function relayWaiting(
  { timeline }: World,
  from: TcpSocket,
  to: TcpSocket,
  initial: number,
  { fill, drain }: RelaySteps,
  done: (relayed: Relayed) => void,
): () => void {
  let [held, received, accepted, over] = [initial, 0, 0, false]
  const end = (receiveError = 0, sendError = 0) => {
    if (over) return
    over = true
    for (const leave of [leaveFrom, leaveTo]) leave()
    for (const timer of [idle, longest]) timer.cancel()
    done({ received, accepted, receiveError, sendError })
  }
  const patient = () => timeline.after(relayPatience, () => end())
  const go = () => {
    while (!over) {
      const filling = held === 0
      const n = filling ? fill() : drain(held)
      if (n === -errno.EINTR) continue
      if (n === -errno.EAGAIN) return
      if (n === 0) return end()
      if (n < 0) return filling ? end(-n) : end(0, -n)
      idle.cancel()
      idle = patient()
      held += filling ? n : -n
      if (filling) received += n
      else accepted += n
    }
  }
  let idle = patient()
  const longest = timeline.after(longestRelay, () => end())
  const leaveFrom = from.watch(go)
  const leaveTo = to.watch(go)
  go()
  return () => end()
}
