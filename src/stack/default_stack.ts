import * as Context from "effect/Context"
import { messageOf } from "../argument/mod.ts"
import { PermissionDenied, Unsupported, ZerowireError } from "../error/mod.ts"
import { linuxKernel, preload, requireNet } from "../kernel/mod.ts"
import type { Kernel } from "../kernel/port.ts"
import { machineThreshold } from "../zerocopy/mod.ts"
import { endWithIsolate } from "./isolate_end.ts"
import { type ProcessStats, processStatsOf } from "./process_stats.ts"
import { Stack } from "./stack.ts"

preload()

let stack: Stack | undefined

/**
 * What all sockets of this process share, on this machine's kernel.
 *
 * @throws {ZerowireError} PermissionDenied, Unsupported
 * @throws {TypeError} if `ZEROWIRE_THRESHOLD` is not a number of bytes.
 */
export const defaultStack = (): Stack => stack ??= makeStack()

/** What all sockets of this isolate have in common. Needs no permission. */
export const processStats = (): ProcessStats => processStatsOf(stack)

function makeStack(): Stack {
  const made = new Stack(loadedKernel(), requireNet, Context.empty(), machineThreshold())
  endWithIsolate(made)
  return made
}

function loadedKernel(): Kernel {
  try {
    return linuxKernel()
  } catch (cause) {
    const message = messageOf(cause)
    const denied = cause instanceof Error && cause.name === "NotCapable"
    const reason = denied ? new PermissionDenied(message) : new Unsupported(message)
    throw new ZerowireError(reason, cause)
  }
}
