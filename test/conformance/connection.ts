import assert from "node:assert/strict"
import { Buffer } from "node:buffer"
import {
  errno,
  type InetAddress,
  type Memory,
  NotificationBatch,
  type Vector,
} from "../../src/kernel/port.ts"
import { rangeCount } from "../../src/zerocopy/range.ts"
import { pattern } from "../lab/pattern.ts"
import type { Side, Testbed } from "./testbed.ts"

/** The contents of one record of the error queue. */
export interface Range {
  readonly lo: number
  readonly hi: number
  readonly copied: boolean
}

export interface ConnectionOptions {
  readonly family?: 4 | 6
  /** Whether an IPv6 socket goes to B's IPv4 address (RFC 4291, 2.5.5.2). Default false. */
  readonly mapped?: boolean
  /** Whether B connects to A, and A accepts. Default false. */
  readonly accepted?: boolean
  /** SO_ZEROCOPY of the sender. Default true. */
  readonly zerocopy?: boolean
  /** SO_SNDBUF of A and SO_RCVBUF of B, which the kernel doubles. */
  readonly sendBuffer?: number
  readonly receiveBuffer?: number
}

/** A connection from A, which sends a pattern, to B, which checks it. */
export class Connection {
  readonly a: number
  readonly b: number
  /** Every record that was read from A's error queue, and the other records among them. */
  readonly ranges: Range[] = []
  foreign = 0
  sentBytes = 0
  receivedBytes = 0
  /** Whether B has seen the FIN. */
  ended = false
  readonly #bed: Testbed
  readonly #batch: NotificationBatch
  readonly #vector: Vector
  readonly #source: Memory
  readonly #sink: Memory

  constructor(bed: Testbed, a: number, b: number) {
    this.a = a
    this.b = b
    this.#bed = bed
    this.#batch = new NotificationBatch(bed.kernel.errorReads * 4)
    this.#vector = bed.kernel.vector(64)
    this.#source = bed.kernel.memoryOf(stream.buffer)
    this.#sink = bed.kernel.memoryOf(new ArrayBuffer(256 * 1024))
  }

  static async open(bed: Testbed, options: ConnectionOptions = {}): Promise<Connection> {
    const { family = 4, mapped = false, accepted = false, zerocopy = true } = options
    const { kernel } = bed
    const { listener, address } = listen(bed, accepted ? "a" : "b", family, options)
    const first = bed.socket(accepted ? "b" : "a", mapped ? 6 : family)
    setBuffers(bed, first, options)
    const second = await establish(bed, first, listener, mapped ? mappedTo6(address) : address)
    bed.close(listener)
    const [a, b] = accepted ? [second, first] : [first, second]
    assert.equal(kernel.setOption(a, "TCP_NODELAY", 1), 0)
    if (zerocopy) assert.equal(kernel.setOption(a, "SO_ZEROCOPY", 1), 0)
    return new Connection(bed, a, b)
  }

  /** One call with the next `length` bytes of the pattern. */
  send(length: number, flags = 0): number {
    this.#vector.set(0, this.#source, this.sentBytes, length)
    return this.#send(1, flags)
  }

  /** One call with the next bytes of the pattern, in elements on separate pages. */
  sendScattered(elements: number, elementBytes: number, flags: number): number {
    for (let i = 0; i < elements; i++) {
      const page = this.#bed.pages(1)
      const start = this.sentBytes + i * elementBytes
      new Uint8Array(page.buffer).set(stream.subarray(start, start + elementBytes))
      this.#vector.set(i, page, 0, elementBytes)
    }
    return this.#send(elements, flags)
  }

  /** One call with the contents of `memory`. */
  sendFrom(memories: readonly Memory[], length: number, flags: number, between = () => {}): number {
    memories.forEach((memory, i) => this.#vector.set(i, memory, 0, length))
    between()
    return this.#send(memories.length, flags)
  }

  #send(elements: number, flags: number): number {
    const n = this.#bed.kernel.send(this.a, this.#vector, elements, flags)
    if (n > 0) this.sentBytes += n
    return n
  }

  /** Receives what has arrived at B. */
  receive(most = Infinity): void {
    for (let left = most; left > 0 && !this.ended;) {
      const length = Math.min(left, this.#sink.buffer.byteLength)
      const n = this.#bed.kernel.receive(this.b, this.#sink, 0, length)
      if (n === -errno.EAGAIN) return
      assert.ok(n >= 0, `B cannot receive: errno ${-n}`)
      this.ended = n === 0
      const expected = stream.subarray(this.receivedBytes, this.receivedBytes + n)
      const got = new Uint8Array(this.#sink.buffer, 0, n)
      assert.equal(Buffer.compare(got, expected), 0, `altered after byte ${this.receivedBytes}`)
      this.receivedBytes += n
      left -= n
    }
  }

  /** Reads A's error queue until it is empty, and returns the ranges. */
  reap(): Range[] {
    const found: Range[] = []
    for (let more = true; more;) {
      const batch = this.#batch
      batch.clear()
      more = this.#bed.kernel.readErrors(this.a, batch) === this.#bed.kernel.errorReads
      this.foreign += batch.foreign
      for (let i = 0; i < batch.count; i++) {
        found.push({ lo: batch.lo[i], hi: batch.hi[i], copied: batch.copied[i] !== 0 })
      }
    }
    this.ranges.push(...found)
    return found
  }

  /** How many ids were notified so far. */
  get notified(): number {
    return this.ranges.reduce((sum, { lo, hi }) => sum + rangeCount(lo, hi), 0)
  }

  /** Reads only the error queue until this many ids are notified. */
  async untilNotified(ids: number, patience?: number): Promise<void> {
    const notified = () => {
      this.reap()
      return this.notified >= ids
    }
    await this.#bed.until(`${ids} ids are notified`, notified, patience)
    assert.equal(this.notified, ids)
  }

  /** Receives until everything that was sent has arrived. */
  async untilReceived(): Promise<void> {
    await this.#bed.until("all bytes arrive", () => {
      this.receive()
      return this.receivedBytes >= this.sentBytes
    })
    assert.equal(this.receivedBytes, this.sentBytes)
  }

  /** Waits until B's kernel has acknowledged everything. */
  async untilAcknowledged(): Promise<void> {
    const { kernel } = this.#bed
    const all = () => kernel.acknowledgedBytes(this.a) >= this.sentBytes
    await this.#bed.until("all bytes are acknowledged", all)
  }
}

/** A listening socket and its address. */
export function listen(
  bed: Testbed,
  side: Side,
  family: 4 | 6,
  options: ConnectionOptions = {},
): { readonly listener: number; readonly address: InetAddress } {
  const { kernel } = bed
  const listener = bed.socket(side, family)
  // Accepted sockets inherit them, and start with a window of that size.
  setBuffers(bed, listener, options)
  const address = { family, address: bed.address(side, family), port: 0, scope: 0 } as const
  assert.equal(kernel.bind(listener, address), 0)
  assert.equal(kernel.listen(listener, 8), 0)
  return { listener, address: kernel.localAddress(listener) as InetAddress }
}

/** Connects `a`, and returns B's end of the connection. */
export async function establish(
  bed: Testbed,
  a: number,
  listener: number,
  address: InetAddress,
): Promise<number> {
  const { kernel } = bed
  const n = kernel.connect(a, address)
  assert.ok(n === 0 || n === -errno.EINPROGRESS, `A cannot connect: errno ${-n}`)
  let b = -1
  await bed.until("a connection", () => (b = kernel.accept(listener)) >= 0)
  bed.own(b)
  await bed.until("A is connected", () => kernel.peerAddress(a) !== undefined)
  return b
}

function setBuffers({ kernel }: Testbed, fd: number, options: ConnectionOptions): void {
  const { sendBuffer, receiveBuffer } = options
  if (sendBuffer !== undefined) assert.equal(kernel.setOption(fd, "SO_SNDBUF", sendBuffer), 0)
  if (receiveBuffer !== undefined) {
    assert.equal(kernel.setOption(fd, "SO_RCVBUF", receiveBuffer), 0)
  }
}

/** The IPv4 address as IPv6 sockets see it. */
const mappedTo6 = ({ address, port }: InetAddress): InetAddress => ({
  family: 6,
  address: `::ffff:${address}`,
  port,
  scope: 0,
})

/** Long enough for every connection of every case. */
const stream = pattern(0, 4 * 1024 * 1024)
