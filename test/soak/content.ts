import { appendFileSync, writeFileSync } from "node:fs"
import { Random } from "../../src/testing/world/random.ts"
import { headBytes } from "./plan.ts"

/**
 * The content of every stream: its id, then a ring of random bytes, from a different position for each
 * stream. The ring's length is a prime, so that no two slots or pages are alike, and bytes of another
 * stream, or of another position, are detected.
 */
export function fill(id: number, at: number, chunk: Uint8Array): void {
  let done = 0
  while (done < chunk.length) {
    const part = contentAt(id, at + done, chunk.length - done)
    chunk.set(part, done)
    done += part.length
  }
}

/** The index of the first byte of `chunk` that is not the one at `at` of stream `id`; or -1. */
export function firstWrong(id: number, at: number, chunk: Uint8Array): number {
  for (let done = 0; done < chunk.length;) {
    const part = contentAt(id, at + done, chunk.length - done)
    const there = chunk.subarray(done, done + part.length)
    if (Buffer.compare(there, part) !== 0) {
      return done + there.findIndex((byte, i) => byte !== part[i])
    }
    done += part.length
  }
  return -1
}

/** Where byte `at` of stream `id`, which is not one of its head, is in the file that `writeContents` writes. */
export const placeOf = (id: number, at: number): number => (id * stride + at) % ring.length

/** Writes a file that has each range of up to `length` bytes of every stream. */
export function writeContents(path: string, length: number): void {
  writeFileSync(path, "")
  for (let at = 0; at < ring.length + length; at += ring.length) appendFileSync(path, ring)
}

/** Up to `length` bytes of stream `id`, as many as are contiguous in memory. */
function contentAt(id: number, at: number, length: number): Uint8Array {
  if (at < headBytes) return headOf(id).subarray(at, at + length)
  const from = placeOf(id, at)
  return ring.subarray(from, from + length)
}

/** The start of a stream. */
export function headOf(id: number): Uint8Array {
  const head = new Uint8Array(headBytes)
  new DataView(head.buffer).setUint32(0, id)
  return head
}

/** The id of a stream that begins like this. */
export const idOf = (head: Uint8Array): number =>
  new DataView(head.buffer, head.byteOffset).getUint32(0)

const ring = (() => {
  const random = new Random(1)
  return Uint8Array.from({ length: 1_048_583 }, () => Math.floor(random.next() * 256))
})()
/** From here on, the content of stream 0 is the file's from its first byte on. */
export const fileAt = ring.length
const stride = 7919
