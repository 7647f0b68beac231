import { createHash } from "node:crypto"
import { createSlab, fileStream, type Ownership, type Socket } from "../../src/mod.ts"
import { Random } from "../../src/testing/world/random.ts"
import { fill, placeOf } from "./content.ts"
import { headBytes, type Plan } from "./plan.ts"

/** Where a stream comes from that is not made up as it is sent. */
export interface Sources {
  /** The path of the file of `writeContents`. */
  readonly file: string
  /** The connection over which a peer sends what is to be relayed. */
  readonly relay: Promise<Socket> | undefined
}

/**
 * Sends what the plan says, in its way, up to its FIN; and answers the SHA-256 of it. Where the plan has
 * `abort`, it goes on until that shows.
 */
export async function send(socket: Socket, plan: Plan, sources: Sources): Promise<string> {
  const content = new Content(plan)
  await ways[plan.way](socket, plan, content, new Random(plan.seed), sources)
  return content.sha256
}

/** All slots are with streams at times: then the others wait for theirs. */
const slab = createSlab({ slotBytes: 65_536, slots: 512 })

/** Slots that are filled or in flight. */
export const leasedSlots = (): number => slab.leased + slab.quarantined

const ways: Readonly<
  Record<
    Plan["way"],
    (
      socket: Socket,
      plan: Plan,
      content: Content,
      random: Random,
      sources: Sources,
    ) => Promise<void>
  >
> = {
  async pipe(socket, _, content) {
    const source = new ReadableStream<Uint8Array>({
      pull(controller) {
        const chunk = content.next(new Uint8Array(Math.min(65_536, content.left)))
        if (chunk.byteLength === 0) controller.close()
        else controller.enqueue(chunk)
      },
    })
    await source.pipeTo(socket.writable)
  },

  async write(socket, _, content, random) {
    const writer = socket.writable.getWriter()
    while (content.left > 0) await writeNext(writer, content, random)
    await writer.close()
  },

  async small(socket, _, content, random) {
    const writer = socket.writable.getWriter()
    while (content.left > 0) {
      // Without waiting for each: that is how they come to be gathered.
      writer.write(content.next(new Uint8Array(Math.min(random.upTo(2000), content.left))))
        .catch(() => {})
      if (random.chance(0.1)) await writer.ready
    }
    await writer.close()
  },

  async lease(socket, _, content) {
    const released: Promise<void>[] = []
    while (content.left > 0) {
      const lease = await slab.lease()
      const length = Math.min(lease.byteLength, content.left)
      try {
        content.next(lease.bytes.subarray(0, length))
        released.push(socket.send(lease, length).released)
      } catch (failure) {
        lease.giveBack()
        throw failure
      }
      if (released.length > mostSlots) await released.shift()
    }
    await socket.closeWrite()
  },

  async file(socket, { id }, content, random, { file }) {
    const writer = socket.writable.getWriter()
    writeHead(writer, content, random)
    writer.releaseLock()
    const range = content.pass(placeOf(id, content.done), content.left)
    await fileStream(file, range).pipeTo(socket.writable)
  },

  async sendFile(socket, { id }, content, random, { file }) {
    const writer = socket.writable.getWriter()
    writeHead(writer, content, random)
    while (content.left > 0) {
      const length = Math.min(content.left, random.upTo(random.chance(0.5) ? 3000 : 12_000_000))
      const sending = socket.sendFile(file, content.pass(placeOf(id, content.done), length))
      if (random.chance(0.3)) await sending
      else sending.catch(() => {})
      if (content.left > 0) await writeNext(writer, content, random)
    }
    await writer.close()
  },

  async relay(socket, _, content, _random, { relay }) {
    content.pass(0, content.left)
    const source = await relay
    await source?.readable.pipeTo(socket.writable)
  },

  async abort(socket, { turnAt, seed }, content, random) {
    const writer = socket.writable.getWriter()
    while (content.left > 0) {
      if (content.done >= turnAt) {
        if (seed % 2 === 0) await writer.abort("enough")
        else await socket.abort()
        throw new Error("it was aborted")
      }
      await writeNext(writer, content, random)
    }
  },

  async abandon(socket, _, content, random) {
    const writer = socket.writable.getWriter()
    while (content.left > 0) await writeNext(writer, content, random)
    writer.releaseLock()
  },
}

/** A small write right before a file, which does not have the id. */
function writeHead(
  writer: WritableStreamDefaultWriter<Uint8Array>,
  content: Content,
  random: Random,
): void {
  const length = Math.min(headBytes + random.upTo(2000), content.left)
  writer.write(content.next(new Uint8Array(length))).catch(() => {})
}

/** One write of any size, in memory of any kind. */
async function writeNext(
  writer: WritableStreamDefaultWriter<Uint8Array>,
  content: Content,
  random: Random,
): Promise<void> {
  const length = Math.min(content.left, random.upTo(random.chance(0.2) ? 3000 : 300_000))
  const whole = content.next(new Uint8Array(length + (random.chance(0.5) ? 1 : 0)), length)
  const writing = writer.write(whole.subarray(0, length))
  if (random.chance(0.3)) await writing
  else writing.catch(() => {})
  await writer.ready
}

/** What one stream consists of, from its beginning to its end. */
class Content {
  readonly #id: number
  readonly #totalBytes: number
  readonly #hash = createHash("sha256")
  #at = 0

  constructor({ id, totalBytes }: Plan) {
    this.#id = id
    this.#totalBytes = totalBytes
  }

  get done(): number {
    return this.#at
  }

  get left(): number {
    return this.#totalBytes - this.#at
  }

  get sha256(): string {
    return this.#hash.digest("hex")
  }

  /** Fills the first `length` bytes of `chunk` with what comes next. */
  next<T extends Uint8Array>(chunk: T, length = chunk.byteLength): T {
    const part = chunk.subarray(0, length)
    fill(this.#id, this.#at, part)
    this.#hash.update(part)
    this.#at += length
    return chunk
  }

  /** Goes on by `length` bytes that others send, from a file that has them at `start`. */
  pass(start: number, length: number): { readonly start: number; readonly end: number } {
    const chunk = new Uint8Array(65_536)
    for (let left = length; left > 0; left -= chunk.byteLength) {
      this.next(chunk, Math.min(left, chunk.byteLength))
    }
    return { start, end: start + length }
  }
}

export const ownershipOf = ({ seed }: Plan): Ownership =>
  (["auto", "transfer", "borrow", "copy"] as const)[seed % 4]

/** What one stream may have of the slab. */
const mostSlots = 16
