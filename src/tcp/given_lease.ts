import { awaitInstead, foreignMarkOf, show, twoCopies } from "../argument/mod.ts"
import { Lease } from "../memory/mod.ts"

/**
 * The number of bytes of `lease` to send: `length`, or all there are.
 *
 * @throws {TypeError} for what is not a lease, or not one to be filled and sent any more.
 * @throws {RangeError} for a length that the lease does not have.
 */
export function checkLease(lease: unknown, length: unknown): number {
  if (!(lease instanceof Lease)) throw notALease(lease)
  const { state, byteLength } = lease
  if (state !== "writable") {
    const before = state === "released" ? "sent or given back before" : "sent before"
    throw new TypeError(`Cannot send a lease: it was ${before}. Take another one of the slab`)
  }
  if (length === undefined) return byteLength
  if (Number.isInteger(length) && Number(length) >= 0 && Number(length) <= byteLength) {
    return Number(length)
  }
  throw new RangeError(
    `Cannot send ${show(length)} bytes of a lease of ${byteLength}: give a whole number up to that`,
  )
}

function notALease(value: unknown): TypeError {
  const foreign = foreignMarkOf(value)
  if (foreign !== undefined) return new TypeError(`Cannot send a lease: ${twoCopies(foreign)}`)
  return new TypeError(
    `Cannot send a lease: ${show(value)} was given instead of one. ${leaseInstead(value)}`,
  )
}

function leaseInstead(value: unknown): string {
  if (value === undefined) return "leaseNow() has none while every slot is in use; await lease()"
  return awaitInstead(value) ??
    "Fill a lease of createSlab() and send that, or write bytes to `writable`"
}
