import { Clock } from "effect/Clock"
import * as Context from "effect/Context"
import {
  type Kernel,
  type Mapping,
  type Memory,
  NotificationBatch,
  type Vector,
} from "../kernel/port.ts"
import { type HeldLease, HugePages, Slab } from "../memory/mod.ts"
import { PiecePool } from "../pieces/mod.ts"
import { Deadlines, Reactor } from "../reactor/mod.ts"
import { CourierPool } from "../threads/mod.ts"
import {
  builtInThreshold,
  LockedPages,
  PinnedBudget,
  pinnedLimit,
  type Threshold,
} from "../zerocopy/mod.ts"
import { FreedDescriptors } from "./freed_descriptors.ts"
import { Inbox } from "./inbox.ts"
import type { OpenConnection } from "./isolate_end.ts"
import { TurnBytes } from "./turn_bytes.ts"

/**
 * What all sockets of a process share. A send is synchronous, so one vector serves everybody.
 */
export class Stack {
  readonly kernel: Kernel
  /** Whether heap memory may be pinned: only if this isolate lives as long as its process. */
  readonly mayPinHeap: boolean
  /** Open connections, which end with the isolate. */
  readonly open: Set<OpenConnection> = new Set()
  readonly requireNet: RequireNet
  /** Services for the Effects of its sockets, such as another clock. */
  readonly services: Context.Context<never>
  readonly clock: Clock
  readonly reactor: Reactor
  readonly turnBytes: TurnBytes
  readonly deadlines: Deadlines
  readonly descriptors: FreedDescriptors
  readonly couriers: CourierPool
  readonly budget: PinnedBudget
  readonly locked: LockedPages
  readonly hugePages: HugePages
  readonly pieces: PiecePool = new PiecePool()
  readonly vector: Vector
  /** Where sockets with handlers receive. */
  readonly inbox: Inbox
  /** Where sockets receive for a stream: a handler may read one while its own bytes are in `inbox`. */
  readonly streamInbox: Inbox
  /** Receives bytes that are thrown away. */
  readonly scratch: Memory
  /** The default for sockets without a `threshold` of their own. */
  readonly threshold: Threshold
  readonly notifications = new BatchPool()
  /** Bytes in flight of closed connections, without proof that the kernel has let go. */
  quarantinedBytes = 0
  /** How often a listener had to pause, because it could not accept a connection. */
  acceptPauses = 0
  /** Slots for bytes that must be copied before they can be pinned. */
  readonly slab: Slab<Memory>
  readonly #mappings: Mapping[] = []
  #spare: HeldLease<Memory> | undefined
  #discarded = -Infinity

  constructor(
    kernel: Kernel,
    requireNet: RequireNet,
    services: Context.Context<never> = Context.empty(),
    threshold: Threshold = builtInThreshold,
  ) {
    this.threshold = threshold
    this.kernel = kernel
    this.mayPinHeap = kernel.isolateEnd === "process"
    this.budget = new PinnedBudget(pinnedLimit(kernel.pinLimits))
    this.locked = new LockedPages(kernel.pinLimits)
    this.requireNet = requireNet
    this.services = services
    this.clock = Context.get(services, Clock)
    this.reactor = new Reactor(kernel)
    this.turnBytes = new TurnBytes(this.reactor.turnEnd)
    this.deadlines = new Deadlines(services)
    this.descriptors = new FreedDescriptors(this.reactor.turnEnd)
    this.couriers = new CourierPool(kernel)
    this.hugePages = new HugePages(this.couriers)
    this.vector = kernel.vector(maxElements)
    this.inbox = new Inbox(kernel)
    this.streamInbox = new Inbox(kernel)
    this.scratch = kernel.memoryOf(new ArrayBuffer(slotBytes))
    this.slab = new Slab<Memory>({
      slotBytes,
      capacity: maxSlabBytes / slotBytes,
      growBy: slabGrowthBytes / slotBytes,
      map: (count) => {
        const mapping = kernel.map(count, slotBytes, { hugePages: true })
        if (typeof mapping === "number") return undefined
        this.#mappings.push(mapping)
        return mapping.slots
      },
      // No view of these slots leaves the library, so no view has to be detached.
      rebind: (memory) => memory,
    })
  }

  /** A slot to gather small chunks in; nothing if every slot is in use. */
  gatheringSlot(): HeldLease<Memory> | undefined {
    const spare = this.#spare
    if (spare === undefined) return this.slab.leaseNow()
    this.#spare = undefined
    return spare
  }

  /** A gathering slot was not needed after all. One stays at hand, because most messages need one. */
  spareSlot(lease: HeldLease<Memory>): void {
    if (this.#spare === undefined && this.open.size > 0) this.#spare = lease
    else lease.giveBack()
  }

  /** A connection has been closed. */
  closed(connection: OpenConnection): void {
    this.open.delete(connection)
    if (this.open.size === 0) {
      this.#spare?.giveBack()
      this.#spare = undefined
    }
    if (!this.mayPinHeap && this.open.size === 0 && this.slab.leased === 0) this.#discard()
  }

  /**
   * Returns the slots' pages to the system, because nothing would after this isolate has ended. Getting
   * them back takes some hundred microseconds, so this happens at most once a second.
   */
  #discard(): void {
    const now = this.clock.currentTimeMillisUnsafe()
    if (now - this.#discarded < discardMillis) return
    this.#discarded = now
    for (const mapping of this.#mappings) this.kernel.discard(mapping)
  }
}

/** Throws unless this process may reach `hostname:port`; see `requireNet` in `kernel.ts`. */
export type RequireNet = (hostname: string, port: number, found?: boolean) => void

/** Batches of notifications that are not in use. */
class BatchPool {
  readonly #free: NotificationBatch[] = []

  take(): NotificationBatch {
    return this.#free.pop() ?? new NotificationBatch(notificationsPerRead)
  }

  giveBack(batch: NotificationBatch): void {
    this.#free.push(batch)
  }
}

/** Elements of one call: MAX_SKB_FRAGS, the number of fragments in one packet (include/linux/skbuff.h). */
const maxElements = 17

const slotBytes: number = 64 * 1024
const discardMillis = 1000
const slabGrowthBytes = 4 * 1024 * 1024
const maxSlabBytes = 64 * 1024 * 1024
/** One read brings eight messages at most, and a control buffer of 512 bytes holds ten ranges. */
const notificationsPerRead = 80
