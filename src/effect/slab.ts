import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { show } from "../argument/mod.ts"
import { ZerowireError } from "../error/mod.ts"
import type { Lease, SendSlab, SendSlabOptions } from "../memory/mod.ts"
import { slabOn } from "../stack/mod.ts"
import { insideOf, type Socket, waitsOf } from "../tcp/mod.ts"
import { stackFor } from "./stack.ts"

/**
 * Allocates memory to send from, as `createSlab` of `zerowire` does. When the scope closes, the memory is
 * freed once no slot is in flight. If slots do not come back within 30 seconds, the slab stays mapped for
 * ever and a warning is logged. Open a slab before the sockets that send from it, so that the sockets end
 * first.
 *
 * Fails with Unsupported or PermissionDenied. Unknown options and sizes out of range are a defect: a
 * TypeError.
 */
export const makeSlab = (
  options: SendSlabOptions = {},
): Effect.Effect<SendSlab, ZerowireError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.flatMap(stackFor(), (stack) =>
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
 * A slot to fill, as soon as one is free. When the scope closes, it returns to its slab, unless it was
 * sent: then it returns by itself when the kernel has stopped reading it. Interruption ends the wait.
 */
export const lease = (slab: SendSlab): Effect.Effect<Lease, never, Scope.Scope> =>
  Effect.uninterruptibleMask((restore) => {
    let served: Lease | undefined
    return Effect.acquireRelease(
      // An interruption may come after the lease is granted and before it is in the scope.
      Effect.onError(
        restore(free(slab, (lease) => served = lease)),
        () => Effect.sync(() => served?.giveBack()),
      ),
      (lease) => Effect.sync(() => lease.state === "writable" && lease.giveBack()),
    )
  })

/** What becomes of a lease that was sent. Waiting is optional. */
export interface SentLease {
  /** Succeeds when the kernel has accepted the bytes. */
  readonly accepted: Effect.Effect<void, ZerowireError>
  /** Succeeds when the kernel reads neither this memory nor any that was sent before it. */
  readonly released: Effect.Effect<void, ZerowireError>
}

/**
 * Sends the first `length` bytes of a lease in place, as `Socket.send` does, without waiting. After an
 * interruption, bytes already taken may still be sent.
 *
 * Fails with SocketClosed, ConnectionLost, Aborted or MemoryLost; the lease then still belongs to its
 * holder. Values that are not a lease, and leases that were already sent, are a defect (a TypeError), and
 * so are lengths out of range (a RangeError).
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
      const mistake = `Cannot lease a slot: got ${show(slab)} instead of a slab from makeSlab()`
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

/** Once all slots have been leased, none is in flight. */
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
