import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import type { DirectSocket, SocketHandlers } from "../../src/mod.ts"
import { simulate } from "../../src/testing.ts"
import { joined, pattern, streamOf } from "../direct/stage.ts"

/** What a sender does next, with so many bytes. */
type Step = {
  readonly way: "write" | "stream" | "from" | "turn" | "pause"
  readonly bytes: number
}

const step: fc.Arbitrary<Step> = fc.record({
  way: fc.constantFrom<Step["way"]>("write", "write", "stream", "from", "turn", "pause"),
  bytes: fc.oneof(fc.nat(200), fc.nat(20_000), fc.nat(300_000)),
})

/** What a receiver does: handlers up to so many bytes, then streams; what it gives back each time. */
const receiving = fc.record({
  handled: fc.oneof(fc.constant(0), fc.nat(500_000), fc.constant(Infinity)),
  unread: fc.nat(2000),
  pauses: fc.boolean(),
})

const world = fc.record({
  seed: fc.integer({ min: 1, max: 1e6 }),
  shortSend: fc.constantFrom(0, 0.5),
  interrupt: fc.constantFrom(0, 0.3),
  lateWake: fc.constantFrom(0, 0.5),
  sendBuffer: fc.constantFrom(3000, 256 * 1024),
  receiveBuffer: fc.constantFrom(3000, 128 * 1024),
  threshold: fc.constantFrom(1, 16 * 1024),
})

test(
  "handlers and streams, mixed on one connection in any way, lose no byte and keep the order",
  { timeout: 120_000 },
  () =>
    fc.assert(
      fc.asyncProperty(
        world,
        fc.array(step, { maxLength: 15, size: "max" }),
        receiving,
        async ({ seed, shortSend, interrupt, lateWake, threshold, ...limits }, steps, plan) => {
          const faults = { shortSend, interrupt, lateWake }
          const simulation = simulate({ seed, faults, limits })
          await simulation.run(async () => {
            const receiver = new Receiver(plan)
            const options = {
              hostname: "198.51.100.1",
              port: 80,
              threshold,
              zerocopy: "always",
            } as const
            const listener = await simulation.listen({ ...options, socket: receiver.handlers })
            const drains = new Drains()
            const socket = await simulation.connect({
              ...options,
              socket: { data() {}, drain: () => drains.wake() },
            })
            const sent = await send(socket, steps, drains, (millis) => simulation.sleep(millis))
            socket.end()
            const got = await receiver.all
            listener.close()
            assert.equal(got.byteLength, sent)
            assert.deepEqual(got, pattern(sent))
          })
          await simulation.settle()
          simulation.checkMemory()
        },
      ),
      { numRuns: 60 },
    ),
)

class Drains {
  #drained = Promise.withResolvers<void>()

  wake(): void {
    this.#drained.resolve()
  }

  async wait(): Promise<void> {
    await this.#drained.promise
    this.#drained = Promise.withResolvers()
  }
}

async function send(
  socket: DirectSocket,
  steps: readonly Step[],
  drains: Drains,
  sleep: (millis: number) => Promise<void>,
): Promise<number> {
  const writer = socket.writable.getWriter()
  const others: Promise<unknown>[] = []
  let sent = 0
  for (const { way, bytes } of steps) {
    const chunk = pattern(bytes, sent)
    if (way === "turn") await sleep(0)
    else if (way === "pause") await sleep(bytes / 10_000)
    else {
      sent += bytes
      if (way === "stream") others.push(writer.write(chunk))
      else if (way === "from") others.push(socket.sendFrom(streamOf(chunk)))
      else {
        for (let from = 0; from < bytes;) {
          const part = chunk.subarray(from)
          const taken = socket.write(part)
          from += taken
          if (from < bytes) await drains.wait()
        }
        chunk.fill(0)
      }
    }
  }
  await Promise.all(others)
  return sent
}

/** Collects what comes to handlers, and after some bytes by a stream. */
class Receiver {
  readonly handlers: SocketHandlers
  readonly #parts: Uint8Array<ArrayBuffer>[] = []
  readonly #all = Promise.withResolvers<Uint8Array>()
  readonly #plan: { handled: number; unread: number; pauses: boolean }
  #taken = 0

  constructor(plan: { handled: number; unread: number; pauses: boolean }) {
    this.#plan = plan
    this.handlers = {
      open: (socket) => plan.handled === 0 ? this.#stream(socket) : undefined,
      data: (socket, bytes) => this.#data(socket, bytes),
      end: () => this.#finish(),
      close: (_, error) => error === undefined ? undefined : this.#all.reject(error),
    }
  }

  get all(): Promise<Uint8Array> {
    return this.#all.promise
  }

  #data(socket: DirectSocket, bytes: Uint8Array<ArrayBuffer>): Promise<void> | undefined {
    const enough = this.#taken + bytes.byteLength >= this.#plan.handled
    const unread = enough ? Math.min(this.#plan.unread, bytes.byteLength) : 0
    this.#parts.push(new Uint8Array(bytes.subarray(0, bytes.byteLength - unread)))
    this.#taken += bytes.byteLength - unread
    if (unread > 0) socket.unread(bytes.subarray(bytes.byteLength - unread))
    if (enough) return this.#stream(socket)
    if (!this.#plan.pauses) return undefined
    socket.pause()
    queueMicrotask(() => socket.resume())
    return undefined
  }

  async #stream(socket: DirectSocket): Promise<void> {
    for await (const chunk of socket.readable) this.#parts.push(chunk)
    this.#finish()
    await socket.close()
  }

  #finish(): void {
    this.#all.resolve(joined(...this.#parts))
  }
}
