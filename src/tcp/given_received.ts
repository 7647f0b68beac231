import { byteLengthOf, cannotUse } from "../argument/mod.ts"
import { isDetached } from "./send/ownership.ts"

/**
 * What was received before, checked.
 *
 * @throws {TypeError} unless it is an array of Uint8Arrays that have their bytes.
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
        `Cannot use received[${i}]: its ArrayBuffer was transferred, bytes and all`,
      )
    }
  })
  return received
}
