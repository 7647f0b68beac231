import type { Kernel, NotificationBatch } from "../kernel/port.ts"
import type { OutputTools } from "../pieces/mod.ts"
import type { CourierPool } from "../threads/mod.ts"
import type { PinnedBudget } from "./budget.ts"
import type { LockedPages } from "./enobufs.ts"

/** What this carrier uses of the stack that all sockets share. */
export interface ZerocopyTools extends OutputTools {
  readonly kernel: Kernel
  readonly budget: PinnedBudget
  readonly locked: LockedPages
  readonly couriers: CourierPool
  readonly notifications: { take(): NotificationBatch; giveBack(batch: NotificationBatch): void }
  readonly clock: { currentTimeMillisUnsafe(): number }
  readonly reactor: OutputTools["reactor"] & { noteShort(): void }
}
