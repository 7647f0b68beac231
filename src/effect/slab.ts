import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { show } from "../argument/mod.ts"
import { ZerowireError } from "../error/mod.ts"
import type { Lease, SendSlab, SendSlabOptions } from "../memory/mod.ts"
import { slabOn } from "../stack/mod.ts"
import { insideOf, type Socket, waitsOf } from "../tcp/mod.ts"
import { stack } from "./stack.ts"

/**
 * Maps memory to send from, as `createSlab` of `zerowire` does. It is given back when the scope closes,
 * once no slot is in flight; a slab whose slots do not come back within 30 seconds stays mapped for ever,
 * and a warning is logged. Open it before the sockets that it is sent by: they end first then.
 *
 * Fails with Unsupported or PermissionDenied. Options that there are not, and sizes that are out of range,
 * are a defect: a TypeError.
 */
export const makeSlab = (
  options: SendSlabOptions = {},
): Effect.Effect<SendSlab, ZerowireError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.flatMap(stack, (stack) =>
      Effect.suspend(() => {
        try {
          return Effect.succeed(slabOn(stack, options))
        } catch (failure) {
          if (failure instanceof ZerowireError) return Effect.fail(failure)
          throw failure
        }
      })),
    giveBack,
  )

/**
 * A slot to fill, as soon as there is one. When the scope closes, it goes back to its slab, unless it was
 * sent: then it goes back by itself when the kernel reads it no more. Interruption ends the waiting.
 */
export const lease = (slab: SendSlab): Effect.Effect<Lease, never, Scope.Scope> =>
  Effect.uninterruptibleMask((restore) => {
    let served: Lease | undefined
    return Effect.acquireRelease(
      // The interruption may come between being served and being in the scope.
      Effect.onError(
        restore(free(slab, (lease) => served = lease)),
        () => Effect.sync(() => served?.giveBack()),
      ),
      (lease) => Effect.sync(() => lease.state === "writable" && lease.giveBack()),
    )
  })

/** What becomes of a lease that was sent. To wait for it is up to whoever wants to know. */
export interface SentLease {
  /** Succeeds when the kernel has accepted the bytes. */
  readonly accepted: Effect.Effect<void, ZerowireError>
  /** Succeeds when the kernel reads neither this memory nor any that was sent before it. */
  readonly released: Effect.Effect<void, ZerowireError>
}

/**
 * Sends the first `length` bytes of a lease in place, as `Socket.send` does, and waits for nothing.
 * Interruption never un-sends.
 *
 * Fails with SocketClosed, ConnectionLost, Aborted or MemoryLost; the lease is still its holder's then. What
 * is not a lease, or was sent before, is a defect, a TypeError, and so is a length that is out of range, a
 * RangeError.
 */
export const sendLease = (
  socket: Socket,
  lease: Lease,
  length?: number,
): Effect.Effect<SentLease, ZerowireError> =>
  Effect.suspend(() => {
    insideOf(socket, { action: "send a lease", example: "sendLease(socket, lease)" })
    try {
      return Effect.succeed(waitsOf(socket.send(lease, length)))
    } catch (failure) {
      if (failure instanceof ZerowireError) return Effect.fail(failure)
      throw failure
    }
  })

const free = (slab: SendSlab, served: (lease: Lease) => void): Effect.Effect<Lease> =>
  Effect.callback((resume, signal) => {
    if (typeof slab?.lease !== "function") {
      const mistake = `Cannot lease a slot: ${show(slab)} was given instead of a slab of makeSlab()`
      return resume(Effect.die(new TypeError(mistake)))
    }
    slab.lease(signal).then(
      (lease) => {
        if (signal.aborted) return lease.giveBack()
        served(lease)
        resume(Effect.succeed(lease))
      },
      (failure) => resume(Effect.die(failure)),
    )
  })

/** Whoever has had every slot knows that none is in flight. */
function giveBack(slab: SendSlab): Effect.Effect<void> {
  const all = Effect.suspend(() => {
    const leases: Lease[] = []
    const take: Effect.Effect<void> = Effect.suspend(() =>
      leases.length + slab.quarantined >= slab.slots
        ? Effect.void
        : Effect.andThen(free(slab, (lease) => leases.push(lease)), take)
    )
    return Effect.ensuring(take, Effect.sync(() => leases.forEach((lease) => lease.giveBack())))
  })
  return Effect.suspend(() => slab.leased === 0 ? Effect.void : all).pipe(
    Effect.interruptible,
    Effect.timeoutOption(patience),
    Effect.andThen(Effect.suspend(() => {
      const used = slab.leased + slab.quarantined
      if (used > 0) return Effect.logWarning(`A slab stays mapped: ${used} of its slots are in use`)
      return Effect.sync(() => slab.close())
    })),
  )
}

const patience = Duration.seconds(30)
