import assert from "node:assert/strict"
import { test } from "node:test"
import { setTimeout } from "node:timers/promises"
import type { Patience } from "./patient.ts"
import { type Interest, Reactor } from "./reactor.ts"
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

test("for a crowd of senders it pauses, and pauses again while pauses bring something", async () => {
  const { reactor, poller, log } = make()
  crowd(reactor, log, "wait", "short")
  poller.happen(5, 4)
  await until(() => log.includes("park"))
  // A first look at all, one at the crowd after the pause, and then everybody is waited for.
  assert.deepEqual(
    log.splice(0),
    [
      ...["poll", "ready 4", "reference true", "wake for deferred false"],
      ...["poll deferred", "poll", "wake for deferred true", "park"],
    ],
  )
  poller.wake()
  poller.happen(6, 8)
  // By the next poll there is an event again, however late the poll comes.
  poller.onReady = () => {
    poller.onReady = () => {}
    poller.happen(7, 4)
  }
  await until(() => log.includes("park"))
  assert.deepEqual(log.filter((entry) => /ready|wake/.test(entry)), [
    ...["ready 8", "wake for deferred false", "ready 4", "wake for deferred true"],
  ])
})

test("during a pause for a crowd it waits for everybody else", async () => {
  // The pause does not end by itself within this test.
  const { reactor, poller, log } = make({ next: () => 60_000, short: () => {} })
  crowd(reactor, log, "wait", "long")
  await turns()
  assert.ok(!log.includes("park"), "nobody else is there")
  reactor.add(100, handler(log, "other "))
  reactor.want(100, "wait")
  await until(() => log.includes("park"))
  log.length = 0
  poller.happen(5, 4)
  poller.happen(100, 1)
  poller.wake()
  await until(() => log.includes("park"))
  assert.deepEqual(log.filter((entry) => entry.includes("ready")), ["other ready 1"])
  // One of the crowd that loses its patience is waited for, too.
  reactor.want(5, "wait", "none")
  assert.deepEqual(poller.deferred.has(5), false)
  poller.wake()
  assert.equal(log.at(-1), "ready 4")
  await reactor.close()
})

test("a crowd of which all are ready is served in parts, and others have a turn in between", async () => {
  const { reactor, poller, log } = make({ next: (senders) => senders > 0 ? 1 : 0, short: () => {} })
  crowd(reactor, log, "wait", "long", 100)
  reactor.add(4, handler(log, "other "))
  reactor.want(4, "wait")
  await until(() => poller.deferred.size === 100)
  for (let fd = 5; fd < 105; fd++) poller.happen(fd, 4)
  poller.onReady = () => {
    poller.onReady = () => {}
    poller.happen(4, 1)
  }
  poller.wake()
  const ready = () => log.filter((entry) => entry.includes("ready"))
  await until(() => ready().length === 101)
  const other = ready().indexOf("other ready 1")
  assert.ok(other > 0 && other < 100, `after ${other} of the crowd`)
  await reactor.close()
})

test("for few senders, for readers, and where nobody waits, it parks without a pause", async () => {
  for (const [interest, patience, count] of few) {
    const { reactor, poller, log } = make()
    crowd(reactor, log, interest, patience, count)
    await turns()
    assert.ok(log.includes("park"), `${count} of ${interest}`)
    assert.equal(poller.deferred.size, 0)
  }
})

test("pauses are for senders, and those of them who also read are counted", async () => {
  const counted: string[] = []
  const { reactor, poller, log } = make({
    next: (senders, readers) => counted.push(`${senders} ${readers}`) && 0,
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
  want(104, "wait", "none")
  assert.equal(await count(), "20 0")
  want(105, "wait", "short")
  assert.equal(await count(), "21 1")
  reactor.remove(105)
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
