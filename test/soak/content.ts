import { Random } from "../../src/testing/world/random.ts"
import { headBytes } from "./plan.ts"

/**
 * What every stream consists of: its id, then a ring of random bytes, from another place for each. Its
 * length is a prime, so that neither slots nor pages of it look alike, and what belongs to another
 * stream, or to another place of this one, is seen.
 */
export function fill(id: number, at: number, chunk: Uint8Array): void {
  let done = 0
  while (done < chunk.length) {
    const part = contentAt(id, at + done, chunk.length - done)
    chunk.set(part, done)
    done += part.length
  }
}

/** The first byte of `chunk`, counted in it, that does not stand at `at` of stream `id`; or -1. */
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

/** At most `length` bytes of stream `id`, as many as lie together in memory. */
function contentAt(id: number, at: number, length: number): Uint8Array {
  if (at < headBytes) return headOf(id).subarray(at, at + length)
  const from = (id * stride + at) % ring.length
  return ring.subarray(from, from + length)
}

/** What a stream begins with. */
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
const stride = 7919
