import type { RuntimeSockets } from "../../kernel/mod.ts"
import type { Kernel } from "../../kernel/port.ts"

/**
 * How many bytes the peer will have acknowledged, as the kernel counts them, once it has all that was sent
 * so far. Nobody else may send meanwhile.
 *
 * Two calls tell that, and what is acknowledged between them is in both numbers or in none: so they are
 * made until nothing was. A number that is too high would never be reached.
 */
export function sentBefore(
  kernel: Pick<Kernel, "acknowledgedBytes">,
  sockets: Pick<RuntimeSockets, "unacknowledgedBytes">,
  fd: number,
): number {
  for (let before = kernel.acknowledgedBytes(fd);;) {
    const sent = before + sockets.unacknowledgedBytes(fd)
    const after = kernel.acknowledgedBytes(fd)
    if (after === before) return sent
    before = after
  }
}
