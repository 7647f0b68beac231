import type { RuntimeSockets } from "../../kernel/mod.ts"
import type { Kernel } from "../../kernel/port.ts"

/**
 * How many bytes the peer will have acknowledged, by the kernel's count, once it has everything that was
 * sent so far. Nobody else may send in the meantime.
 *
 * Two calls are needed, and bytes acknowledged between them are counted twice or not at all. The calls
 * are therefore repeated until nothing was acknowledged in between. A number that is too high would never
 * be reached.
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
