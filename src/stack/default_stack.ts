import * as Context from "effect/Context"
import { messageOf } from "../argument/mod.ts"
import { PermissionDenied, Unsupported, ZerowireError } from "../error/mod.ts"
import { heapMemory, linuxKernel, nodeNetKernel, preload, requireNet } from "../kernel/mod.ts"
import type { Kernel } from "../kernel/port.ts"
import type { SlabKernel } from "../memory/mod.ts"
import { machineThreshold } from "../zerocopy/mod.ts"
import type { Fallback } from "./fallback.ts"
import { endWithIsolate } from "./isolate_end.ts"
import { type ProcessStats, processStatsOf } from "./process_stats.ts"
import { Stack } from "./stack.ts"

preload()

let stack: Stack | undefined
/** The stack over the runtime's sockets, if something was opened on it. The isolate stays with it. */
let fallbackStack: Promise<Stack> | undefined

/**
 * What all sockets of this process share, on this machine's kernel.
 *
 * @throws {ZerowireError} PermissionDenied, Unsupported
 * @throws {TypeError} if `ZEROWIRE_THRESHOLD` is not a number of bytes.
 */
export function defaultStack(): Stack {
  if (fallbackStack !== undefined) throw refusal(inUse)
  try {
    return stack ??= makeStack(linuxKernel())
  } catch (cause) {
    throw cause instanceof TypeError ? cause : refusal(cause)
  }
}

/**
 * The same, or over the runtime's own sockets where there is no libc. The first call decides for the
 * isolate.
 *
 * @throws {ZerowireError} PermissionDenied, Unsupported
 * @throws {TypeError} if `ZEROWIRE_THRESHOLD` is not a number of bytes.
 */
export function stackFor(fallback: Fallback | undefined): Stack | Promise<Stack> {
  if (stack !== undefined && (fallbackStack === undefined || fallback !== "none")) return stack
  if (fallbackStack !== undefined && fallback !== "none") return fallbackStack
  try {
    return defaultStack()
  } catch (failure) {
    if (!(failure instanceof ZerowireError)) throw failure
    const missing = failure.reason._tag === "Unsupported"
    if (fallback === "none" || !missing && fallback !== "runtime") {
      throw refusal(failure.cause, missing ? leaveOut : passRuntime)
    }
    return fallbackStack = nodeNetKernel().then((kernel) => stack = makeStack(kernel))
  }
}

/**
 * Memory for slabs: the kernel's, or the heap's where there is no libc.
 *
 * @throws {ZerowireError} PermissionDenied
 */
export function slabMemory(): SlabKernel {
  const here = stackFor(undefined)
  return here instanceof Stack ? here.kernel : heapMemory
}

/** What all sockets of this isolate have in common. Needs no permission. */
export const processStats = (): ProcessStats => processStatsOf(stack)

function makeStack(kernel: Kernel): Stack {
  const made = new Stack(kernel, requireNet, Context.empty(), machineThreshold())
  endWithIsolate(made)
  return made
}

/** `cure` completes the message. */
function refusal(cause: unknown, cure = ""): ZerowireError {
  const message = messageOf(cause) + cure
  const denied = cause instanceof Error && cause.name === "NotCapable"
  return new ZerowireError(denied ? new PermissionDenied(message) : new Unsupported(message), cause)
}

const inUse = new Error("The sockets of this isolate are the runtime's own, which copy every byte")
const leaveOut = '. Leave `fallback: "none"` out to use the runtime\'s own sockets, by copy'
const passRuntime = '. Or pass `fallback: "runtime"` to use the runtime\'s own sockets, by copy'
