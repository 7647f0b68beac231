import { connect, createSlab } from "../../src/mod.ts"
import { measure } from "./measure.mjs"
import { sharesOf } from "./shares.ts"
import { chunkAt, streamOf } from "./source.mjs"

const slabBytes = 16 * 1024 * 1024

/** `pipeTo` into `socket.writable`, or `lease`: filled slots, sent in place. */
await measure(async ({ hostname, port, chunkBytes, totalBytes, source, way, checking, ring }) => {
  const ownership = source === "views" ? "borrow" : "auto"
  const socket = await connect({ hostname, port, ownership })
  if (way === "lease") {
    const slab = createSlab({
      slotBytes: chunkBytes,
      slots: Math.ceil(slabBytes / chunkBytes),
      detach: false,
    })
    for (let at = 0; at < totalBytes; at += chunkBytes) {
      const lease = slab.leaseNow() ?? await slab.lease()
      // With "views" the content is there already, as in a cache; only who checks it must know which.
      if (source === "fresh" || checking) lease.bytes.set(chunkAt(ring, "views", chunkBytes, at))
      socket.send(lease, chunkBytes)
    }
    await socket.close()
    slab.close()
  } else {
    await streamOf(ring, source, chunkBytes, totalBytes).pipeTo(socket.writable)
    await socket.close()
  }
  return sharesOf([socket])
})
