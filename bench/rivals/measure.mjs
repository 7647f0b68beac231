import process from "node:process"
import { makeRing } from "./source.mjs"

/**
 * Runs one rival and prints what it cost: user and system time of this process from the connection to
 * its end. Before that it sends `WARM` bytes once, so that compilers are done.
 *
 * Arguments: HOST PORT CHUNK_BYTES TOTAL_BYTES WARM_BYTES SOURCE WAY
 *
 * @param {(job: Job) => Promise<Shares>} transfer
 * @typedef {{ hostname: string, port: number, chunkBytes: number, totalBytes: number,
 *   source: "views" | "fresh", way: string, checking: boolean, ring: Uint8Array<ArrayBuffer> }} Job
 * @typedef {{ zerocopySends: number, notified: number, kernelCopied: number, unknown: number }} Shares
 */
export async function measure(transfer) {
  const [hostname, port, chunk, total, warm, source, way] = process.argv.slice(2)
  if (source !== "views" && source !== "fresh") {
    throw new TypeError(`There is no source "${source}"`)
  }
  const job = {
    hostname,
    port: Number(port),
    chunkBytes: Number(chunk),
    source: /** @type {"views" | "fresh"} */ (source),
    way,
    checking: Number(warm) === 0,
    ring: makeRing(),
  }
  if (Number(warm) > 0) await transfer({ ...job, totalBytes: Number(warm) })
  const started = performance.now()
  const before = process.cpuUsage()
  const shares = await transfer({ ...job, totalBytes: Number(total) })
  const { user, system } = process.cpuUsage(before)
  const seconds = (performance.now() - started) / 1000
  const result = { userSeconds: user / 1e6, systemSeconds: system / 1e6, seconds, ...shares }
  process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0))
}

/** What a rival reports that never sends zero-copy. */
export const noZerocopy = { zerocopySends: 0, notified: 0, kernelCopied: 0, unknown: 0 }
