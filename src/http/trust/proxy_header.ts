import { Refusal } from "../parser/refusal.ts"
import type { Greeting } from "./greeting.ts"
import { readV1, signatureV1 } from "./proxy_v1.ts"
import { readV2, signatureV2 } from "./proxy_v2.ts"

/**
 * The header of the PROXY protocol, which arrives in pieces:
 * https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt
 */
export class ProxyHeader {
  #bytes = new Uint8Array()
  /** Once it is complete. */
  greeting: Greeting | undefined

  /**
   * Takes bytes that have arrived. Returns how many belong to the header.
   *
   * @throws {Refusal} with status 0 if it is malformed.
   */
  take(piece: Uint8Array): number {
    const before = this.#bytes.length
    const bytes = new Uint8Array(before + piece.length)
    bytes.set(this.#bytes)
    bytes.set(piece, before)
    const found = read(bytes)
    if (found === undefined) {
      throw new Refusal(0, "The connection does not begin with a header of the PROXY protocol")
    }
    if (found === "more") {
      this.#bytes = bytes
      return piece.length
    }
    this.greeting = found
    return found.byteLength - before
  }
}

function read(bytes: Uint8Array): Greeting | "more" | undefined {
  for (const [signature, reader] of versions) {
    const known = Math.min(bytes.length, signature.length)
    if (!signature.subarray(0, known).every((byte, i) => byte === bytes[i])) continue
    return known < signature.length ? "more" : reader(bytes)
  }
  return undefined
}

const versions = [[signatureV2, readV2], [signatureV1, readV1]] as const
