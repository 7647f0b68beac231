import process from "node:process"
import { errno, type Kernel } from "../kernel/port.ts"
import type { Reactor } from "../reactor/mod.ts"

/** What ending a connection needs to know of it. */
export interface OpenConnection {
  readonly fd: number
  /** Whether it has failed: it is already reset, or lost. */
  readonly failed: boolean
  /** Whether the FIN was queued, behind everything that was written. */
  readonly writingEnded: boolean
  /** Whether written bytes are not accepted yet, and would be lost with the isolate. */
  readonly holdsUnsent: boolean
  /** Fails the operations under way. */
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

/** Ends what is open on this stack when the runtime reports that the isolate ends, if it does. */
export function endWithIsolate(stack: IsolatePart): void {
  const end = () => endAll(stack)
  process.on("exit", end)
  // Deno dispatches only this one before a restart and on `Deno.exit`.
  globalThis.addEventListener?.("unload", end)
}

/**
 * Ends what is open, now: when this returns, the heap may be freed.
 *
 * If the process ends too, the kernel closes what is open: it sends what it has accepted, from pages that
 * stay pinned, and then a FIN. A connection is therefore reset here only if written bytes are not
 * accepted yet, because the FIN would hide the loss. If the process goes on, connections are closed if
 * the program had ended their writing, and reset otherwise.
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
 * Resets the connection. The kernel lets go of its memory at once. A courier that waits inside a call on
 * it wakes and reads nothing more: the call holds the socket's lock while it reads, and checks for a
 * connection when it gets the lock back (`sk_stream_wait_memory` in net/core/stream.c).
 */
function resetNow(kernel: Kernel, connection: OpenConnection): void {
  let n = kernel.disconnect(connection.fd)
  // Linux 6.4 to 6.6 refuse this while a thread waits, and accept it as soon as none does.
  for (let i = 0; n === -errno.EBUSY && i < mostTries; i++) {
    if (i === 0) kernel.abandonSends(connection.fd)
    n = kernel.disconnect(connection.fd)
  }
  connection.stop(new Error("The isolate that this socket belonged to has ended"))
}

/** Some milliseconds. */
const mostTries = 10_000
