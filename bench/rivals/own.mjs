/**
 * The runtime's own sockets, by `pipe` or by `write`. Arguments: as of `measure`.
 *
 * @module
 */
import { allCopied, measure } from "./measure.mjs"
import { openOwn } from "./own_sockets.mjs"

await measure(async (job) => {
  const send = await openOwn(job)
  await send(job)
  return allCopied(job.totalBytes)
})
