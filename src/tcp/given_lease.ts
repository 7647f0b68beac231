import { awaitInstead, foreignMarkOf, show, twoCopies } from "../argument/mod.ts"
import { Lease } from "../memory/mod.ts"

/**
 * The number of bytes of `lease` to send: `length`, or all of them.
 *
 * @throws {TypeError} if `lease` is not a lease, or was already sent or given back.
 * @throws {RangeError} if the lease does not have `length` bytes.
 */
export function checkLease(lease: unknown, length: unknown): number {
  if (!(lease instanceof Lease)) throw notALease(lease)
  const { state, byteLength } = lease
  if (state !== "writable") {
    const before = state === "released" ? "already sent or given back" : "already sent"
    throw new TypeError(`Cannot send a lease: it was ${before}. Take another one from the slab`)
  }
  if (length === undefined) return byteLength
  if (Number.isInteger(length) && Number(length) >= 0 && Number(length) <= byteLength) {
    return Number(length)
  }
  throw new RangeError(
    `Cannot send ${
      show(length)
    } bytes of a lease of ${byteLength}: the length must be a whole number up to that`,
  )
}

function notALease(value: unknown): TypeError {
  const foreign = foreignMarkOf(value)
  if (foreign !== undefined) return new TypeError(`Cannot send a lease: ${twoCopies(foreign)}`)
  return new TypeError(
    `Cannot send a lease: got ${show(value)} instead. ${leaseInstead(value)}`,
  )
}

function leaseInstead(value: unknown): string {
  if (value === undefined) {
    return "leaseNow() returns undefined while every slot is in use; await lease() instead"
  }
  return awaitInstead(value) ??
    "Fill a lease from createSlab() and send it, or write the bytes to `writable`"
}
