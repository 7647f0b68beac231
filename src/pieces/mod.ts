/**
 * What every engine and every transport shares: pieces of a stream, holds on their memory, the seam for
 * carriers, and the carrier that copies.
 *
 * @module
 */
export {
  type Carrier,
  type CarrierHost,
  flushBytes,
  type InFlight,
  later,
  type MakeCarrier,
} from "./carrier.ts"
export type { CopyReason } from "./copy_reason.ts"
export { SendCounters } from "./counters.ts"
export { type FileBytes, fileCallBytes, type PipeBytes } from "./file_bytes.ts"
export { Holds } from "./holds.ts"
export { copyBytes, maxCallBytes, Output, type OutputTools } from "./output.ts"
export { Piece, PiecePool } from "./piece.ts"
export { PlainCarrier } from "./plain_carrier.ts"
export { freedAtOnce, nothingToRelease, type Released } from "./released.ts"
export { type Resume, Waiters } from "./waiters.ts"
