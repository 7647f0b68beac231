import { byteLengthOf, cannotUse } from "../argument/mod.ts"
import { isDetached } from "./send/ownership.ts"

/**
 * Checks the bytes that were received before the take-over.
 *
 * @throws {TypeError} unless it is an array of Uint8Arrays, none of them detached.
 */
export function checkReceived(received: unknown = []): readonly Uint8Array[] {
  if (!Array.isArray(received)) {
    throw cannotUse("received", received, "an array of Uint8Arrays")
  }
  received.forEach((bytes, i) => {
    const byteLength = byteLengthOf(bytes)
    if (byteLength === undefined) throw cannotUse(`received[${i}]`, bytes, "a Uint8Array")
    if (byteLength === 0 && isDetached(bytes)) {
      throw new TypeError(
        `Cannot use received[${i}]: its ArrayBuffer was detached, so its bytes are gone`,
      )
    }
  })
  return received
}
