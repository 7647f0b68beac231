import { expectedHash } from "./check.ts"

/** What arrived at all peers of a run. */
export interface Arrival {
  readonly bytes: number
  /** Of one peer. */
  readonly least: number
  readonly most: number
  /** From the first byte to the last. */
  readonly seconds: number
  /** What the slowest peer had when half of all was there, over what the median peer had. */
  readonly slowestOfMedian: number
  /** Of what came, each once; none of an audience that only counts. */
  readonly hashes?: readonly string[]
}

/** What an audience is told. */
export interface Expected {
  readonly peers: number
  /** At all of them together. */
  readonly totalBytes: number
}

/** Why what arrived is not what was sent, or nothing. */
export function flawInArrival(
  { bytes, least, most, hashes }: Arrival,
  { peers, totalBytes }: Expected,
): string | undefined {
  if (bytes !== totalBytes) return `${bytes} of ${totalBytes} bytes arrived`
  const each = totalBytes / peers
  if (least !== each || most !== each) {
    return `a peer has ${least === each ? most : least} bytes instead of ${each}`
  }
  if (hashes === undefined || hashes.length === 0) return undefined
  const right = hashes.length === 1 && hashes[0] === expectedHash(each)
  return right ? undefined : "its bytes did not arrive unaltered"
}
