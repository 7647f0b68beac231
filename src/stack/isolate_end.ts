import process from "node:process"
import { errno, type Kernel } from "../kernel/port.ts"
import type { Reactor } from "../reactor/mod.ts"

/** A connection, as far as its end is concerned. */
export interface OpenConnection {
  readonly fd: number
  /** Whether it has failed, so that it is reset already, or lost. */
  readonly failed: boolean
  /** Whether the FIN was queued, behind everything that was written. */
  readonly writingEnded: boolean
  /** Whether bytes that were written are still ours, and lost with the isolate. */
  readonly holdsUnsent: boolean
  /** Fails what is under way. */
  stop(reason: unknown): void
  /** Closes the file descriptor. */
  finish(): void
}

/** What ends with an isolate. */
export interface IsolatePart {
  readonly kernel: Kernel
  readonly reactor: Reactor
  readonly open: ReadonlySet<OpenConnection>
}

/** Ends what is open on this stack when the runtime says that the isolate ends, where it does say so. */
export function endWithIsolate(stack: IsolatePart): void {
  const end = () => endAll(stack)
  process.on("exit", end)
  // Deno dispatches this one before a restart, and `Deno.exit` nothing else.
  globalThis.addEventListener?.("unload", end)
}

/**
 * Ends what is open, now: when this returns, the heap may be freed.
 *
 * When the process ends with the isolate, the kernel closes what is open; it sends what it has accepted,
 * from pages that stay pinned, and then a FIN. So a connection is reset here only where that FIN would
 * follow bytes that were written and not accepted. When the process goes on, every connection of which
 * the program had not ended the writing is reset, and the rest is closed.
 */
export function endAll(stack: IsolatePart): void {
  const { kernel, reactor, open } = stack
  const goesOn = kernel.isolateEnd !== "process"
  for (const connection of open) {
    if (!connection.failed && mustReset(connection, goesOn)) resetNow(kernel, connection)
    if (goesOn) connection.finish()
  }
  if (!goesOn) return
  reactor.abandon()
  kernel.closeAll()
}

const mustReset = ({ writingEnded, holdsUnsent }: OpenConnection, goesOn: boolean): boolean =>
  goesOn ? !writingEnded : holdsUnsent

/**
 * Resets the connection. The kernel lets go of its memory at once, and a courier that waits inside a call
 * on it wakes and reads no more: its call holds the lock of the socket while it reads, and looks whether
 * there still is a connection when it gets it back (`sk_stream_wait_memory` in net/core/stream.c).
 */
function resetNow(kernel: Kernel, connection: OpenConnection): void {
  let n = kernel.disconnect(connection.fd)
  // Linux 6.4 to 6.6 refuse that while a thread waits, and let it be done as soon as none does.
  for (let i = 0; n === -errno.EBUSY && i < mostTries; i++) {
    if (i === 0) kernel.abandonSends(connection.fd)
    n = kernel.disconnect(connection.fd)
  }
  connection.stop(new Error("The isolate that this socket belonged to has ended"))
}

/** Some milliseconds. */
const mostTries = 10_000
