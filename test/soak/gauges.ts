import { readdirSync } from "node:fs"
import type { Socket } from "../../src/mod.ts"
import { defaultStack } from "../../src/stack/default_stack.ts"
import { quarantinedPieces } from "../../src/tcp/connection/quarantine.ts"
import { leasedSlots } from "./ways.ts"

/** Sockets that are still in use. */
const watched = new Set<WeakRef<Socket>>()
let acceptedBefore = 0

/** Counts a socket until `end`; it may be collected earlier. */
export function watchStream(socket: Socket): { end(): void } {
  const watch = new WeakRef(socket)
  watched.add(watch)
  return {
    end() {
      acceptedBefore += watch.deref()?.stats().acceptedBytes ?? 0
      watched.delete(watch)
    },
  }
}

/** The present figures of the stack and the process. */
export function gauge() {
  const { slab, couriers, reactor, budget } = defaultStack()
  let held = 0
  let queuedBytes = 0
  let acceptedBytes = acceptedBefore
  for (const watch of watched) {
    const stats = watch.deref()?.stats()
    held += stats?.held ?? 0
    queuedBytes += stats?.queuedBytes ?? 0
    acceptedBytes += stats?.acceptedBytes ?? 0
  }
  return {
    held,
    queuedBytes,
    acceptedBytes,
    fds: readdirSync("/proc/self/fd").length,
    pinnedBytes: budget.used,
    mappedBytes: slab.mapped * slab.slotBytes,
    leased: slab.leased + leasedSlots(),
    quarantined: quarantinedPieces() + slab.quarantined,
    registered: reactor.size,
    couriers: couriers.busy,
  }
}
