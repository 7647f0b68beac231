import { readFileSync } from "node:fs"
import process from "node:process"
import { makeRing } from "./source.mjs"

/**
 * Runs one rival and prints what it cost: user and system time of this process from the connection to
 * its end. Before that it sends `WARM` bytes once, so that compilers are done.
 *
 * Arguments: HOST PORT CHUNK_BYTES TOTAL_BYTES WARM_BYTES SOURCE WAY [PEERS]
 *
 * @param {(job: Job) => Promise<Shares>} transfer
 * @typedef {{ hostname: string, port: number, chunkBytes: number, totalBytes: number,
 *   source: import("./source.mjs").Source, way: string, peers: number, checking: boolean,
 *   warming: boolean, ring: Uint8Array<ArrayBuffer> }} Job `totalBytes` to all peers together
 * @typedef {{ zerocopySends: number, notified: number, kernelCopied: number, unknown: number }} Shares
 */
export const measure = (transfer) => measureOpened((job) => Promise.resolve(() => transfer(job)))

/**
 * The same, with the clock started when `open` has resolved with what is to be measured.
 *
 * @param {(job: Job) => Promise<() => Promise<Shares>>} open
 */
export async function measureOpened(open) {
  const [hostname, port, chunk, total, warm, source, way, peers] = process.argv.slice(2)
  if (source !== "views" && source !== "fresh" && source !== "cached") {
    throw new TypeError(`There is no source "${source}"`)
  }
  const job = {
    hostname,
    port: Number(port),
    chunkBytes: Number(chunk),
    source: /** @type {import("./source.mjs").Source} */ (source),
    way,
    peers: Number(peers ?? 1),
    checking: Number(warm) === 0,
    warming: false,
    ring: makeRing(),
  }
  if (Number(warm) > 0) {
    // Compilers count calls: in chunks of a megabyte they would not be done after gigabytes.
    const chunkBytes = Math.min(job.chunkBytes, warmChunkBytes)
    await (await open({ ...job, chunkBytes, totalBytes: Number(warm), warming: true }))()
  }
  const transfer = await open({ ...job, totalBytes: Number(total) })
  tell(await costOf(transfer))
}

/**
 * What it says, and what it cost until it said so.
 *
 * @template T
 * @param {() => Promise<T>} run
 */
export async function costOf(run) {
  const machine = machineSeconds()
  const started = performance.now()
  const before = process.cpuUsage()
  const said = await run()
  const { user, system } = process.cpuUsage(before)
  const seconds = (performance.now() - started) / 1000
  return {
    userSeconds: user / 1e6,
    systemSeconds: system / 1e6,
    machineSeconds: machineSeconds() - machine,
    seconds,
    ...said,
  }
}

/**
 * Prints it as the last line of this process.
 *
 * @param {object} cost
 */
export function tell(cost) {
  process.stdout.write(`${JSON.stringify(cost)}\n`, () => process.exit(0))
}

/** As small as goes the same way as what is larger. */
const warmChunkBytes = 16 * 1024

/** What a rival reports that never sends zero-copy. */
export const noZerocopy = { zerocopySends: 0, notified: 0, kernelCopied: 0, unknown: 0 }

/**
 * What a rival reports that brings every byte into its own memory and has the kernel copy it from there.
 *
 * @param {number} copiedBytes
 */
export const allCopied = (copiedBytes) => ({ ...noZerocopy, movedBytes: 0, copiedBytes })

/** Processor time of all CPUs so far, whatever they ran: interrupts too (proc_stat(5)). */
function machineSeconds() {
  const [user, nice, system, _idle, _iowait, irq, softirq] = readFileSync("/proc/stat", "utf8")
    .split("\n", 1)[0].split(/ +/).slice(1).map(Number)
  return (user + nice + system + irq + softirq) / ticksPerSecond
}

/** USER_HZ (proc(5)), the same on every machine that this runs on. */
const ticksPerSecond = 100
