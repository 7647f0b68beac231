import { errno } from "../errno.ts"
import { POLLHUP, POLLIN, POLLOUT, SPLICE_F_MOVE, SPLICE_F_NONBLOCK } from "../constants.ts"

/**
 * What a thread needs to move bytes from socket to socket through a pipe. All but the last three are file
 * descriptors.
 */
export interface RelayJob {
  readonly from: number
  readonly to: number
  readonly readEnd: number
  readonly writeEnd: number
  /** An eventfd. Once it can be read, the thread stops. */
  readonly stop: number
  /** Bytes that the pipe holds. */
  readonly held: number
  /** The most bytes of a call that fills the pipe. */
  readonly most: number
  /** Milliseconds without a byte after which the thread stops. */
  readonly idle: number
  /** Milliseconds after which it stops in any case. */
  readonly longest: number
}

/** What the thread has moved, as far as it came. */
export interface Relayed {
  /** Bytes that went into the pipe. */
  readonly received: number
  /** Bytes that went out of it. */
  readonly accepted: number
  /** The errno of a call that received; 0 if none failed. The kernel reports it only this once. */
  readonly receiveError: number
  /** The same for a call that sent. */
  readonly sendError: number
}

/** Nothing was moved. */
export const nothingRelayed: Relayed = { received: 0, accepted: 0, receiveError: 0, sendError: 0 }

const moving = SPLICE_F_MOVE | SPLICE_F_NONBLOCK

/**
 * The source text of a function that makes the calls of a `RelayJob` and returns `Relayed`. It is text
 * because a thread is started from text, so that it survives bundling.
 *
 * `calls` has `poll` and `splice`; `errno` returns that of the last call; `entries` is an Int32Array of
 * four words, two `struct pollfd`.
 *
 * Before each call that receives it polls: the socket may be one whose calls wait, and then only a socket
 * with bytes may be asked. That also notices `stop` when neither socket ever makes it wait.
 *
 * An unread notification of MSG_ZEROCOPY is reported by poll, too, and again at once by the next call. Only
 * the JavaScript thread can read it, so the thread stops.
 */
export const relaySource: string = `
(calls, errno, entries, job) => {
  const end = performance.now() + job.longest
  let held = job.held, received = 0, accepted = 0, receiveError = 0, sendError = 0
  const isLate = () => performance.now() > end
  const isReady = (fd, events) => {
    entries[0] = fd, entries[1] = events, entries[2] = job.stop, entries[3] = ${POLLIN}
    for (;;) {
      const n = calls.poll(entries, 2, job.idle)
      if (n > 0) return entries[3] >> 16 === 0 && (entries[1] >> 16 & (events | ${POLLHUP})) !== 0
      if (n === 0 || errno() !== ${errno.EINTR}) return false
    }
  }
  for (;;) {
    if (held === 0) {
      if (isLate() || !isReady(job.from, ${POLLIN})) break
      const n = calls.splice(job.from, 0, job.writeEnd, 0, job.most, ${moving})
      if (n === 0) break
      if (n > 0) received += held = n
      else if (!isPassing(receiveError = errno())) break
      else receiveError = 0
    } else {
      const n = calls.splice(job.readEnd, 0, job.to, 0, held, ${moving})
      if (n === 0) break
      if (n > 0) held -= n, accepted += n
      else if (!isPassing(sendError = errno())) break
      else if (sendError = 0, isLate() || !isReady(job.to, ${POLLOUT})) break
    }
  }
  return { received, accepted, receiveError, sendError }
  function isPassing(number) {
    return number === ${errno.EAGAIN} || number === ${errno.EINTR}
  }
}`
