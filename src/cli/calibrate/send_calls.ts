import { createSlab } from "../../stack/mod.ts"
import { connect, type Socket } from "../../tcp/mod.ts"

/** Calls of one size to a receiver. */
export interface Calls {
  readonly hostname: string
  readonly port: number
  /** Bytes of each call. */
  readonly chunkBytes: number
  readonly totalBytes: number
  /** Whether all of them are zero-copy, or none. */
  readonly way: Way
}

export type Way = "always" | "never"

/**
 * Sends one chunk in each call, since the threshold is compared with the bytes of a call: the next one is
 * queued when the kernel has accepted the last one. Returns the closed socket.
 */
export async function sendCalls(
  { hostname, port, chunkBytes, totalBytes, way }: Calls,
): Promise<Socket> {
  const socket = await connect({ hostname, port, zerocopy: way, threshold: 1 })
  const slab = createSlab({
    slotBytes: chunkBytes,
    slots: Math.ceil(slabBytes / Math.max(chunkBytes, 4096)),
    detach: false,
    // The threshold is for all chunks, and most of them lie in ordinary pages.
    hugePages: false,
  })
  try {
    for (let sent = 0; sent < totalBytes; sent += chunkBytes) {
      await socket.send(slab.leaseNow() ?? await slab.lease(), chunkBytes).accepted
    }
    await socket.close()
    return socket
  } catch (failure) {
    await socket.abort()
    throw failure
  } finally {
    slab.close()
  }
}

/** Too little for a courier, who makes calls of another size. */
const slabBytes = 7 * 1024 * 1024
