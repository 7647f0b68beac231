/**
 * `pipeTo` into `socket.writable`, with every call to the kernel counted. Arguments: as of `measure`.
 *
 * @module
 */
import { linuxKernel } from "../../src/kernel/mod.ts"
import { Stack } from "../../src/stack/stack.ts"
import { connectOn } from "../../src/tcp/open/connect_socket.ts"
import { type CallCounts, counting } from "../instruments/counting.ts"
import { measure, noZerocopy } from "./measure.mjs"
import { streamOf } from "./source.mjs"

await measure(async ({ hostname, port, chunkBytes, totalBytes, source, ring }) => {
  const calls: CallCounts = {}
  const stack = new Stack(counting(linuxKernel(), calls), () => {})
  const ownership = source === "views" ? "borrow" : "auto"
  const socket = await connectOn(() => stack, { hostname, port, ownership })
  await streamOf(ring, source, chunkBytes, totalBytes).pipeTo(socket.writable)
  await socket.close()
  return { ...noZerocopy, calls }
})
