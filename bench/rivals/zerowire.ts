import { connect, createSlab } from "../../src/mod.ts"
import { measure } from "./measure.mjs"
import { movesOf } from "./shares.ts"
import { chunkAt, packed, streamOf } from "./source.mjs"

const slabBytes = 64 * 1024 * 1024

/**
 * `pipeTo` into `socket.writable`, `gzip` through a CompressionStream; or `lease`: filled slots, sent in place; or `always` and `never`: the
 * same with zero-copy for slots of any size, and with copying alone. Nothing is gathered in those two, so
 * that they differ in nothing else.
 */
await measure(async ({ hostname, port, chunkBytes, totalBytes, source, way, checking, ring }) => {
  const ownership = source === "fresh" ? "auto" : "borrow"
  const forced = way === "always" || way === "never" ? { zerocopy: way, threshold: 1 } as const : {}
  const socket = await connect({ hostname, port, ownership, ...forced })
  if (way !== "pipe" && way !== "gzip") {
    const slab = createSlab({
      slotBytes: chunkBytes,
      slots: Math.ceil(slabBytes / chunkBytes),
      detach: false,
      // Where the two ways are compared, memory is as most chunks have it.
      hugePages: way === "lease",
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
    const stream = streamOf(ring, source, chunkBytes, totalBytes)
    await (way === "gzip" ? packed(stream) : stream).pipeTo(socket.writable)
    await socket.close()
  }
  return movesOf([socket])
})
