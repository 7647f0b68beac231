import type { Kernel } from "./port.ts"

export { heapMemory } from "./node_net/heap_memory.ts"

/** A kernel over the runtime's own sockets, whose code is loaded now: Linux with libc never needs it. */
export async function nodeNetKernel(): Promise<Kernel> {
  const { nodeNetKernel } = await import("./node_net/kernel.ts")
  return nodeNetKernel()
}
