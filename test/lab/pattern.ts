import { createHash } from "node:crypto"

/** Bytes that differ by position, so that a lost, repeated or altered byte changes the hash. */
export function pattern(from: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) {
    const at = from + i
    bytes[i] = (at ^ (at >>> 8) ^ (at >>> 16) ^ (at >>> 24)) & 0xff
  }
  return bytes
}

/** The pattern as a stream of chunks of `chunkBytes` each, but for the last. */
export function patternStream(
  totalBytes: number,
  chunkBytes: number,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0
  return new ReadableStream({
    pull(controller) {
      const length = Math.min(chunkBytes, totalBytes - at)
      if (length === 0) return controller.close()
      controller.enqueue(pattern(at, length))
      at += length
    },
  })
}

/** The SHA-256 of the first `totalBytes` of the pattern, in hexadecimal. */
export function patternHash(totalBytes: number): string {
  const hash = createHash("sha256")
  for (let at = 0; at < totalBytes; at += 1 << 20) {
    hash.update(pattern(at, Math.min(1 << 20, totalBytes - at)))
  }
  return hash.digest("hex")
}
