import assert from "node:assert/strict"
import { test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { type Interest, type Patience, Reactor } from "./reactor.ts"
import { handler, make, turns } from "../../test/fake_poller.ts"

const few = [
  ...[["wait", "long", 15], ["wait", "none", 20], ["watch", "long", 20], [
    "wait",
    "any",
    20,
  ]] as const,
] as const

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

/** Waits for something that happens through timers. */
async function until(happened: () => boolean): Promise<void> {
  while (!happened()) await setTimeout(1)
}
