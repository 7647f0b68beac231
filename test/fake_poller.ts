import assert from "node:assert/strict"
import { setImmediate } from "node:timers/promises"
import type { Kernel, Poller } from "../src/kernel/port.ts"
import { type Handler, Reactor } from "../src/reactor/reactor.ts"

/** A poller that reports the test's events and records its calls. */
class FakePoller implements Poller {
  looksPay = false
  readonly wake: (failure?: Error) => void
  readonly #log: string[]
  #happened: [tag: number, events: number][] = []
  addAnswer = 0
  parkFails = false
  referenced = false
  wakesForDeferred = true
  readonly deferred = new Set<number>()
  /** Called after a poll that found an event. */
  onReady = (): void => {}

  constructor(wake: (failure?: Error) => void, log: string[]) {
    this.wake = wake
    this.#log = log
  }

  happen(tag: number, events: number): void {
    this.#happened.push([tag, events])
  }

  add(): number {
    return this.addAnswer
  }

  remove(fd: number): number {
    this.#log.push(`remove ${fd}`)
    return 0
  }

  defer(fd: number, _tag: number, deferred: boolean): void {
    if (deferred) this.deferred.add(fd)
    else this.deferred.delete(fd)
  }

  poll(visit: (tag: number, events: number) => void): number {
    this.#log.push("poll")
    return this.#poll((tag) => !this.deferred.has(tag), visit)
  }

  pollDeferred(visit: (tag: number, events: number) => void, most: number): number {
    if (this.deferred.size === 0) return 0
    this.#log.push("poll deferred")
    return this.#poll((tag) => this.deferred.has(tag), visit, most)
  }

  wakeForDeferred(wake: boolean): void {
    if (wake === this.wakesForDeferred) return
    this.wakesForDeferred = wake
    this.#log.push(`wake for deferred ${wake}`)
  }

  #poll(
    told: (tag: number) => boolean,
    visit: (tag: number, events: number) => void,
    most = Infinity,
  ): number {
    const happened = this.#happened.filter(([tag]) => told(tag)).slice(0, most)
    this.#happened = this.#happened.filter((event) => !happened.includes(event))
    for (const [tag, events] of happened) visit(tag, events)
    if (happened.length > 0) this.onReady()
    return happened.length
  }

  prepare(): void {}

  rest(): boolean {
    this.#log.push("rest")
    return true
  }

  park(): void {
    if (this.parkFails) throw new Error("no file descriptor is left")
    this.#log.push("park")
  }

  reference(keepAlive: boolean): void {
    this.referenced = keepAlive
    this.#log.push(`reference ${keepAlive}`)
  }

  async close(): Promise<void> {}

  abandon(): void {
    this.#log.push("abandon")
  }
}

export function make(
  pauses?: ConstructorParameters<typeof Reactor>[1],
  looks?: ConstructorParameters<typeof Reactor>[2],
): { reactor: Reactor; poller: FakePoller; log: string[] } {
  const log: string[] = []
  let poller: FakePoller | undefined
  const kernel: Pick<Kernel, "poller"> = { poller: (wake) => poller = new FakePoller(wake, log) }
  const reactor = new Reactor(kernel as Kernel, pauses, looks)
  // The poller is made for the first file descriptor.
  reactor.add(0, handler([]))
  reactor.remove(0)
  log.length = 0
  assert.ok(poller)
  return { reactor, poller, log }
}

export const handler = (log: string[], name = ""): Handler => ({
  onReady: (events) => void log.push(`${name}ready ${events}`),
  onFailure: ({ message }) => void log.push(`${name}failure ${message}`),
})

export const turn = () => setImmediate()

/** More turns than any test here needs. */
export async function turns(): Promise<void> {
  for (let i = 0; i < 5; i++) await turn()
}
