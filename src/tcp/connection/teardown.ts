import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { type Progress, ZerowireError } from "../../error/mod.ts"
import { errno } from "../../kernel/port.ts"
import { untilTurn } from "../send/turn.ts"
import { acknowledgesBytes } from "./acknowledged.ts"
import type { Connection } from "./connection.ts"
import { isDelivered, untilDelivered } from "./delivery.ts"
import { endNow, untilUnpiped } from "./finish.ts"
import { lingerOn } from "./linger.ts"
import { keepForEver } from "./quarantine.ts"
import { StallWatch } from "./stall_watch.ts"

/** How the memory of a connection came back. */
export interface CloseReport {
  /** Pieces that were released by the peer's acknowledgements. */
  readonly released: number
  /** Pieces that were released because a reset proved that the kernel had let go. */
  readonly byProof: number
  /** Pieces without proof. Their memory is never used again. */
  readonly quarantined: number
}

/**
 * Ends receiving, sends what is queued, then a FIN. Waits until the kernel has stopped reading our memory
 * and the peer's kernel has acknowledged every byte, and closes the file descriptor. If the peer takes
 * nothing for `stallTimeout`, the connection is reset and counts as lost.
 *
 * A peer that is still sending then loses what it has not read if the socket is closed with its bytes unread.
 * They are thrown away for a second, or for `linger`; see `Discard.rest` and `lingerOn`.
 *
 * Interruption resets the connection.
 */
export const closeGracefully = (
  connection: Connection,
  stallTimeout: Duration.Duration,
  linger?: Duration.Duration,
): Effect.Effect<CloseReport, ZerowireError> =>
  Effect.gen(function* () {
    const { queue } = connection
    // A caller that has aborted knows that bytes are lost.
    const ended = queue.failure?.reason._tag
    if (ended === "TimedOut") return yield* resultOf(connection)
    const aborted = ended === "Aborted"
    if (aborted || connection.state === "closed") return yield* reset(connection)
    const limit = Duration.toMillis(stallTimeout)
    const sent = endNow(connection) || (yield* endInTurn(connection, stallTimeout))
    if (isClosed(connection)) return yield* resultOf(connection)
    if (queue.failure !== undefined) return yield* resetFor(connection, queue.failure)
    const delivered = sent &&
      (isDelivered(connection) || (yield* untilDelivered(connection, limit)))
    return yield* conclude(connection, delivered, linger)
  }).pipe(orReset(connection))

/**
 * Sends a FIN after everything from earlier calls. Succeeds with false if the peer takes nothing for
 * `stallTimeout`. The connection may be closed, or may have failed, by then.
 */
const endInTurn = (
  connection: Connection,
  stallTimeout: Duration.Duration,
): Effect.Effect<boolean, ZerowireError> =>
  Effect.gen(function* () {
    const { queue, packer, receiver } = connection
    connection.startClosing()
    connection.calls.end()
    receiver.close()
    const inTurn = connection.undisturbed ||
      (yield* unlessStalled(connection, untilLast(connection), stallTimeout))
    if (isClosed(connection)) return false
    if (!inTurn) giveUpWaiting(connection)
    packer.flush()
    queue.pump()
    queue.end()
    if (queue.failed) return false
    const sent = queue.queuedBytes === 0 ||
      (yield* unlessStalled(
        connection,
        queue.untilAccepted(queue.writtenBytes),
        stallTimeout,
      ))
    // It may have been closed or reset during the wait.
    if (sent && !isClosed(connection)) connection.shutdownWrite()
    return sent
  })

/** The end of a close, once the peer has everything, or takes nothing. */
export const conclude = (
  connection: Connection,
  delivered: boolean,
  linger?: Duration.Duration,
): Effect.Effect<CloseReport, ZerowireError> =>
  Effect.gen(function* () {
    const { queue, receiver } = connection
    // A reset completes every id, and wakes those who wait for that, before anybody checks for an error.
    if (isClosed(connection)) return yield* resultOf(connection)
    connection.noticeLoss()
    if (!delivered) connection.lose(errno.ETIMEDOUT)
    if (queue.failure !== undefined) return yield* resetFor(connection, queue.failure)
    if (linger === undefined) yield* receiver.discard.rest
    else yield* lingerOn(receiver.discard, linger)
    return finished(connection)
  })

/** As `conclude`, if there is nothing to wait for and all is well; otherwise nothing. */
export function concludeNow(connection: Connection): CloseReport | undefined {
  if (isClosed(connection)) return undefined
  connection.noticeLoss()
  if (connection.queue.failed || !connection.receiver.discard.empty()) return undefined
  return finished(connection)
}

/** Resets the connection unless the effect succeeds. */
export const orReset =
  (connection: Connection) =>
  <A>(effect: Effect.Effect<A, ZerowireError>): Effect.Effect<A, ZerowireError> =>
    Effect.onExit(effect, (exit) => exit._tag === "Success" ? Effect.void : reset(connection))

function finished(connection: Connection): CloseReport {
  connection.finish()
  return reportOf(connection, 0, 0)
}

/**
 * Closes at once if both sides have ended, nothing is in flight, and the peer's kernel has every byte.
 * There is nothing left to lose then, and the kernel goes on with the FIN alone. Returns whether it did.
 */
export function closeNow(connection: Connection): boolean {
  const { queue, receiver, state } = connection
  if (state !== "open" || queue.failed || !receiver.ended || !connection.writingEnded) return false
  if (queue.inFlight.calls > 0) queue.carrier.reap()
  if (queue.held > 0 || !acknowledgesBytes(connection)) return false
  connection.startClosing()
  connection.finish()
  return true
}

/** As `reset`, if nothing is in flight and no call is under way elsewhere. Returns whether it did. */
export function resetNow(connection: Connection): boolean {
  const { queue, stack, fd } = connection
  if (resets.has(connection)) return false
  if (isClosed(connection)) return true
  connection.startClosing()
  connection.stop(undefined)
  connection.addresses.settle()
  // A handler that was told of the failure may have closed it.
  if (isClosed(connection)) return true
  if (queue.away || queue.held > 0) return false
  stack.kernel.disconnect(fd)
  connection.finish()
  return true
}

/** Waits until everything from earlier calls is queued, including a pipe under way. */
const untilLast = (connection: Connection): Effect.Effect<void, ZerowireError> =>
  Effect.andThen(
    untilUnpiped(connection),
    untilTurn(connection.calls.order, (place) => Effect.sync(() => place.leave())),
  )

/** Bytes of an earlier call do not come: after a FIN the peer would believe that it has everything. */
function giveUpWaiting(connection: Connection): void {
  const what = connection.isPipedTo ? "a pipeTo into `writable`" : "a write or a transfer"
  connection.stop(
    new Error(`close() waited for ${what} under way, which delivered nothing more`),
  )
}

const isClosed = ({ state }: Connection): boolean => state === "closed"

/** The result for a connection that is already closed, or is being reset. */
const resultOf = (connection: Connection): Effect.Effect<CloseReport, ZerowireError> => {
  const { failure } = connection.queue
  return failure === undefined ? reset(connection) : resetFor(connection, failure)
}

/**
 * Resets a connection that has failed. Fails with `failure`, unless the peer had everything including the
 * FIN, or the peer or a timeout reset a connection on which nothing was ever sent: then the peer knows of
 * the end, and nothing is lost.
 */
const resetFor = (
  connection: Connection,
  failure: ZerowireError,
): Effect.Effect<CloseReport, ZerowireError> =>
  Effect.flatMap(reset(connection), (report) => {
    const { reason } = failure
    const nothingLost = (reason._tag === "ConnectionLost" || reason._tag === "TimedOut") &&
      (connection.endedBeforeLoss || sentNothing(connection, reason.progress))
    return nothingLost ? Effect.succeed(report) : Effect.fail(failure)
  })

/** Bytes that were gathered when it failed were never queued, but they are lost all the same. */
const sentNothing = ({ queue }: Connection, { unsentBytes }: Progress): boolean =>
  queue.writtenBytes === 0 && unsentBytes === 0

/**
 * Resets the connection and collects the proof that the kernel has let go: `connect(AF_UNSPEC)` purges
 * the retransmit queue and completes every id while the file descriptor is still open (`tcp_disconnect`
 * in net/ipv4/tcp.c). Packets that wait for the peer's hardware address stay until it is found or given
 * up. Memory without proof after ten seconds is kept for ever.
 *
 * Calls during a reset share its result.
 */
export const reset = (connection: Connection): Effect.Effect<CloseReport> =>
  Effect.suspend(() => {
    const underWay = resets.get(connection)
    if (underWay !== undefined) return underWay
    const once = Effect.runSync(Effect.cached(resetOnce(connection)))
    resets.set(connection, once)
    return once
  })

const resets = new WeakMap<Connection, Effect.Effect<CloseReport>>()

const resetOnce = (connection: Connection): Effect.Effect<CloseReport> =>
  Effect.gen(function* () {
    if (connection.state === "closed") return reportOf(connection, 0, 0)
    const { queue, stack, fd } = connection
    connection.startClosing()
    connection.stop(undefined)
    // What ends a call that is under way may be a reset, too.
    connection.addresses.settle()
    yield* queue.carrier.quiesce
    // A close that was throwing the last bytes away has ended with them.
    if (isClosed(connection)) return reportOf(connection, 0, 0)
    const before = queue.held
    queue.orphanAll()
    stack.kernel.disconnect(fd)
    queue.carrier.reap()
    if (queue.held > 0) {
      yield* Effect.ignore(Effect.timeoutOption(untilDrained(connection), proofTimeout))
    }
    const quarantined = queue.held
    if (quarantined > 0) keepForEver(connection)
    connection.finish()
    return reportOf(connection, before - quarantined, quarantined)
  }).pipe(Effect.uninterruptible)

const untilDrained = ({ queue }: Connection): Effect.Effect<void, ZerowireError> => {
  queue.carrier.reap()
  return queue.held === 0 ? Effect.void : queue.untilReleasedTo(queue.writtenPieces)
}

/**
 * Runs `wait` to its end, or returns false if nothing has moved for `limit`, or up to a tenth longer, or if the
 * connection was closed. Bytes that the peer sends in the meantime are thrown away.
 */
const unlessStalled = (
  connection: Connection,
  wait: Effect.Effect<void, ZerowireError>,
  limit: Duration.Duration,
): Effect.Effect<boolean, ZerowireError> =>
  Effect.raceFirst(
    Effect.as(wait, true),
    Effect.callback<boolean>((resume) => {
      const stalled = () => resume(Effect.succeed(false))
      const watch = new StallWatch(connection, Duration.toMillis(limit), stalled)
      watch.begin()
      return Effect.sync(() => watch.end())
    }),
  )

const reportOf = (
  { queue }: Connection,
  byProof: number,
  quarantined: number,
): CloseReport => ({
  released: queue.writtenPieces - byProof - quarantined,
  byProof,
  quarantined,
})

/**
 * The neighbour table keeps packets for an address that does not answer for `mcast_solicit` times
 * `retrans_time_ms`, three seconds by default (`neigh_timer_handler` in net/core/neighbour.c).
 */
const proofTimeout = Duration.seconds(10)
