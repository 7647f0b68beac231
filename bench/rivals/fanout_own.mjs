/**
 * The same as `fanout.ts` by the runtime's own sockets: `shared` by the barest call that there is,
 * `active` by a `pipeTo` for each.
 *
 * @module
 */
import { measureOpened, noZerocopy } from "./measure.mjs"
import { openOwn } from "./own_sockets.mjs"

await measureOpened(async ({ peers, totalBytes, way, ...job }) => {
  const opening = {
    hostname: job.hostname,
    port: job.port,
    way: way === "shared" ? "write" : "pipe",
  }
  const senders = await Promise.all(Array.from({ length: peers }, () => openOwn(opening)))
  return async () => {
    await Promise.all(senders.map((send) => send({ ...job, totalBytes: totalBytes / peers })))
    return noZerocopy
  }
})
