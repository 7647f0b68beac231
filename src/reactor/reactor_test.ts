import assert from "node:assert/strict"
import { test } from "node:test"
import { setImmediate, setTimeout } from "node:timers/promises"
import type { Kernel, Poller } from "../kernel/port.ts"
import { type Handler, type Interest, type Patience, Reactor } from "./reactor.ts"

test("it polls before it parks, and parks only if nothing is ready", async () => {
  const { reactor, poller, log } = make()
  reactor.add(5, handler(log))
  poller.happen(5, 4)
  reactor.want(5, "wait")
  await turn()
  assert.deepEqual(log, ["poll", "ready 4", "reference true"])
  await turn()
  assert.deepEqual(log.splice(0), ["poll", "ready 4", "reference true", "poll", "park"])
})

test("nothing is polled while nobody waits", async () => {
  const { reactor, poller, log } = make()
  reactor.add(5, handler(log))
  poller.happen(5, 4)
  await turns()
  assert.deepEqual(log, [])
})

test("one parked wait serves everybody: later callers neither poll nor park", async () => {
  const { reactor, log } = make()
  for (const fd of [5, 6, 7]) reactor.add(fd, handler(log))
  reactor.want(5, "wait")
  await turns()
  log.length = 0
  reactor.want(6, "wait")
  reactor.want(7, "watch")
  await turns()
  assert.deepEqual(log, [])
})

test("a watch does not keep the process alive, a wait does, and the last one to go ends that", async () => {
  const { reactor, log } = make()
  for (const fd of [5, 6, 7]) reactor.add(fd, handler(log))
  const references = () => log.splice(0).filter((entry) => entry.startsWith("reference"))
  reactor.want(5, "watch")
  await turns()
  assert.deepEqual(references(), [])
  reactor.want(6, "wait")
  reactor.want(7, "wait")
  await turns()
  assert.deepEqual(references(), ["reference true"])
  reactor.want(6, "watch")
  await turns()
  assert.deepEqual(references(), [])
  reactor.remove(7)
  await turns()
  assert.deepEqual(references(), ["reference false"])
})

test("a parked wait ends when the last file descriptor is closed, and not before", async () => {
  const { reactor, poller, log } = make()
  for (const fd of [5, 6]) reactor.add(fd, handler(log))
  reactor.want(5, "wait")
  await turns()
  assert.ok(log.includes("park"))
  reactor.remove(5)
  reactor.rest()
  assert.equal(reactor.resting, undefined)
  assert.ok(!log.includes("rest"))

  reactor.remove(6)
  reactor.rest()
  reactor.rest()
  assert.deepEqual(log.filter((entry) => entry === "rest"), ["rest"])
  const { resting } = reactor
  assert.ok(resting !== undefined)
  poller.wake()
  await resting
  assert.equal(reactor.resting, undefined)
  log.length = 0
  await turns()
  assert.deepEqual(log.filter((entry) => entry === "park"), [])

  reactor.add(7, handler(log))
  reactor.want(7, "wait")
  await turns()
  assert.deepEqual(log.filter((entry) => entry === "park"), ["park"])
})

test("if no thread is parked, nothing has to end", () => {
  const { reactor, log } = make()
  reactor.add(5, handler(log))
  reactor.remove(5)
  reactor.rest()
  assert.equal(reactor.resting, undefined)
  assert.ok(!log.includes("rest"))
})

test("asking for the same events twice counts once", async () => {
  const { reactor, poller, log } = make()
  reactor.add(5, handler(log))
  reactor.want(5, "wait")
  reactor.want(5, "wait")
  await turns()
  reactor.want(5, "none")
  await turns()
  assert.equal(poller.referenced, false)
  reactor.want(5, "none")
  reactor.want(5, "wait")
  await turns()
  assert.equal(poller.referenced, true)
})

test("a wait that came and went within a turn is not parked for", async () => {
  const { reactor, log } = make()
  reactor.add(5, handler(log))
  reactor.want(5, "wait")
  reactor.want(5, "none")
  await turns()
  assert.ok(!log.includes("park"))
  assert.ok(!log.includes("reference true"))
})

test("a wake tells what is ready, and waits again while somebody wants to know", async () => {
  const { reactor, poller, log } = make()
  reactor.add(5, handler(log))
  reactor.want(5, "wait")
  await turns()
  log.length = 0
  poller.happen(5, 1)
  poller.wake()
  assert.deepEqual(log.splice(0), ["poll", "ready 1"])
  assert.equal(reactor.wakes, 1)
  await turns()
  assert.deepEqual(log.splice(0), ["poll", "park"])
  reactor.want(5, "none")
  poller.wake()
  await turns()
  assert.ok(!log.includes("park"))
})

test("it looks again as long as that may bring something, and then parks", async () => {
  let left = 3
  const looks = { found() {}, parked() {}, woken() {}, again: () => left-- > 0 }
  const { reactor, poller, log } = make(undefined, looks)
  poller.looksPay = true
  reactor.add(5, handler(log))
  reactor.want(5, "wait")
  await until(() => log.includes("park"))
  assert.deepEqual(log, ["poll", "reference true", "poll", "poll", "poll", "park"])
})

test("timers, immediates and promises run between looks", async () => {
  const { reactor, poller, log } = make(undefined, {
    found() {},
    parked() {},
    woken() {},
    again: () => true,
  })
  poller.looksPay = true
  reactor.add(5, handler(log))
  reactor.want(5, "wait")
  await setTimeout(2)
  await turns()
  reactor.remove(5)
  await turns()
  const polls = log.length
  await turns()
  assert.equal(log.length, polls, "nobody waits any longer")
})

test("for a crowd of senders it pauses before it parks, and again while pauses bring something", async () => {
  const { reactor, poller, log } = make()
  crowd(reactor, log, "wait", "short")
  poller.happen(5, 4)
  await until(() => log.includes("park"))
  // The first look, and one after the pause.
  assert.deepEqual(log, ["poll", "ready 4", "reference true", "poll", "park"])
  log.length = 0
  poller.wake()
  poller.happen(6, 8)
  // By the next poll there is an event again, however late the poll comes.
  poller.onReady = () => {
    poller.onReady = () => {}
    poller.happen(7, 4)
  }
  await until(() => log.includes("park"))
  assert.deepEqual(log, ["poll", "poll", "ready 8", "poll", "ready 4", "poll", "park"])
})

test("for few senders, for readers, and where nobody waits, it parks without a pause", async () => {
  for (const [interest, patience, count] of few) {
    const { reactor, log } = make()
    crowd(reactor, log, interest, patience, count)
    await turns()
    assert.ok(log.includes("park"), `${count} of ${interest}`)
  }
})

test("pauses are for senders, and shorter only if they would delay somebody else", async () => {
  const counted: string[] = []
  const { reactor, poller, log } = make({
    next: (senders, others) => counted.push(`${senders} ${others}`) && 0,
    short: () => {},
  })
  const want = (fd: number, interest: Interest, patience: Patience) => {
    reactor.add(fd, handler(log))
    reactor.want(fd, interest, patience)
  }
  const count = async (): Promise<string | undefined> => {
    counted.length = 0
    poller.wake()
    await turns()
    return counted[0]
  }
  crowd(reactor, log, "wait", "long")
  assert.equal(await count(), "20 0")
  want(100, "wait", "any")
  want(101, "watch", "any")
  assert.equal(await count(), "20 0")
  want(102, "none", "long")
  want(103, "none", "any")
  assert.equal(await count(), "20 0")
  want(104, "wait", "none")
  want(105, "wait", "short")
  assert.equal(await count(), "21 2")
  for (const fd of [100, 104, 105]) reactor.remove(fd)
  assert.equal(await count(), "20 0")
})

test("a failure reaches every handler", async () => {
  const { reactor, poller, log } = make()
  for (const fd of [5, 6]) reactor.add(fd, handler(log, `${fd}: `))
  reactor.want(5, "wait")
  await turns()
  log.length = 0
  poller.wake(new Error("gone"))
  assert.deepEqual(log, ["5: failure gone", "6: failure gone"])
})

test("a failure does not reach a handler that another handler has removed", () => {
  const { reactor, poller, log } = make()
  const removing = { ...handler(log, "5: "), onFailure: () => reactor.remove(6) }
  reactor.add(5, removing)
  reactor.add(6, handler(log, "6: "))
  poller.wake(new Error("gone"))
  assert.ok(!log.includes("6: failure gone"))
})

test("a wait that cannot be started fails every handler instead of hanging", async () => {
  const { reactor, poller, log } = make()
  poller.parkFails = true
  reactor.add(5, handler(log))
  reactor.want(5, "wait")
  await turns()
  assert.ok(log.includes("failure no file descriptor is left"))
  log.length = 0
  poller.parkFails = false
  reactor.want(5, "none")
  reactor.want(5, "wait")
  await turns()
  assert.ok(log.includes("park"), "and the next one who asks has another try")
})

test("a handler that is removed during a dispatch receives none of its events", () => {
  const { reactor, poller, log } = make()
  const removing: Handler = { ...handler(log, "5: "), onReady: () => reactor.remove(6) }
  reactor.add(5, removing)
  reactor.add(6, handler(log, "6: "))
  reactor.add(7, handler(log, "7: "))
  for (const fd of [5, 6, 7]) poller.happen(fd, 1)
  poller.wake()
  assert.deepEqual(log.filter((entry) => entry.includes("ready")), ["7: ready 1"])
})

test("a file descriptor that cannot be registered has no handler", () => {
  const { reactor, poller, log } = make()
  poller.addAnswer = -9
  assert.equal(reactor.add(5, handler(log)), -9)
  assert.equal(reactor.size, 0)
})

test("a removed handler receives nothing, and removing it again does nothing", async () => {
  const { reactor, poller, log } = make()
  reactor.add(5, handler(log))
  reactor.want(5, "wait")
  await turns()
  reactor.remove(5)
  reactor.remove(5)
  await turns()
  assert.equal(poller.referenced, false)
  assert.equal(reactor.size, 0)
  assert.deepEqual(log.filter((entry) => entry === "remove 5"), ["remove 5"])
})

/** A poller that reports the test's events and records its calls. */
class FakePoller implements Poller {
  looksPay = false
  readonly wake: (failure?: Error) => void
  readonly #log: string[]
  #happened: [tag: number, events: number][] = []
  addAnswer = 0
  parkFails = false
  referenced = false
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

  poll(visit: (tag: number, events: number) => void): number {
    this.#log.push("poll")
    const happened = this.#happened
    this.#happened = []
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

function make(
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

const handler = (log: string[], name = ""): Handler => ({
  onReady: (events) => void log.push(`${name}ready ${events}`),
  onFailure: ({ message }) => void log.push(`${name}failure ${message}`),
})

/** Adds handlers for enough file descriptors for a crowd, starting at 5. */
function crowd(
  reactor: Reactor,
  log: string[],
  interest: Interest,
  patience: Patience,
  count = 20,
): void {
  for (let fd = 5; fd < 5 + count; fd++) {
    reactor.add(fd, handler(log))
    reactor.want(fd, interest, patience)
  }
}

const few = [
  ...[["wait", "long", 15], ["wait", "none", 20], ["watch", "long", 20], [
    "wait",
    "any",
    20,
  ]] as const,
] as const

/** Waits for something that happens through timers. */
async function until(happened: () => boolean): Promise<void> {
  while (!happened()) await setTimeout(1)
}

const turn = () => setImmediate()

/** More turns than any test here needs. */
async function turns(): Promise<void> {
  for (let i = 0; i < 5; i++) await turn()
}
