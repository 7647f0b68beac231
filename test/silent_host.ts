import type { CarrierHost } from "../src/pieces/carrier.ts"

/** The host of a carrier that a test drives instead of a queue. */
export const silentHost: CarrierHost = {
  nextHold: 0,
  acceptedBytes: 0,
  queuedBytes: 0,
  failed: false,
  carried() {},
  landed() {},
  broken(cause) {
    throw cause
  },
  grew() {},
  carryingFailed() {},
  unblock() {},
  interestChanged() {},
}
