import { createSlab } from "../../src/mod.ts"
import { linuxKernel } from "../../src/kernel/mod.ts"
import type { Kernel } from "../../src/kernel/port.ts"
import { Stack } from "../../src/stack/stack.ts"
import { connectOn } from "../../src/tcp/open/connect_socket.ts"
import { replacing } from "../instruments/counting.ts"
import { measure } from "./measure.mjs"
import { sharesOf } from "./shares.ts"

/** Too little for a courier, who makes calls of another size. */
const slabBytes = 7 * 1024 * 1024

/**
 * One chunk in each call, sent zero-copy (`always`) or by copy (`never`), whatever its size: the threshold
 * is compared with the bytes of a call.
 */
await measure(async ({ hostname, port, chunkBytes, totalBytes, way }) => {
  const zerocopy = way === "always" ? "always" : "never"
  const stack = new Stack(singly(linuxKernel()), () => {})
  const socket = await connectOn(() => stack, { hostname, port, zerocopy, threshold: 1 })
  const slab = createSlab({
    slotBytes: chunkBytes,
    slots: Math.ceil(slabBytes / Math.max(chunkBytes, 4096)),
    detach: false,
    // The threshold is for all chunks, and most of them lie in ordinary pages.
    hugePages: false,
  })
  for (let sent = 0; sent < totalBytes; sent += chunkBytes) {
    socket.send(slab.leaseNow() ?? await slab.lease(), chunkBytes)
  }
  await socket.close()
  slab.close()
  return sharesOf([socket])
})

/** A kernel that takes one element of a call, as it may at any time. */
function singly(kernel: Kernel): Kernel {
  const send: Kernel["send"] = (fd, vector, _count, flags) => kernel.send(fd, vector, 1, flags)
  return replacing(kernel, { send })
}
