import { Session } from "node:inspector/promises"
import { connect } from "../../src/mod.ts"
import { type HeapNode, type Site, sitesOf } from "./profile.ts"
import type { Send } from "./ways.ts"
import type { Socket } from "../../src/mod.ts"

/**
 * The bytes allocated per chunk, by function. For V8, whose sampling profiler also counts collected
 * objects.
 *
 * The memory of a chunk is `borrow`ed, and pinned also over loopback, where the kernel copies it later;
 * that makes no difference for allocations.
 */
export async function allocatedPerChunk(
  way: (socket: Socket) => Send,
  port: number,
): Promise<Site[]> {
  const socket = await connect({ port, zerocopy: "always", ownership: "borrow", pinHeap: true })
  const send = way(socket)
  await send(chunks)
  const session = new Session()
  session.connect()
  await session.post("HeapProfiler.enable")
  await session.post("HeapProfiler.startSampling", sampling)
  await send(chunks)
  const { profile } = await session.post("HeapProfiler.stopSampling")
  session.disconnect()
  await socket.abort()
  return sitesOf(profile.head as HeapNode, root)
    .map((site) => ({ ...site, bytes: site.bytes / chunks }))
}

/** The same number is sent first, until everything is compiled. */
const chunks = 30_000
const sampling = {
  samplingInterval: 1024,
  includeObjectsCollectedByMajorGC: true,
  includeObjectsCollectedByMinorGC: true,
}
const root = new URL("../../", import.meta.url).href
