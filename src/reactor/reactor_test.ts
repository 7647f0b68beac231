import assert from "node:assert/strict"
import { test } from "node:test"
import { handler, make, turn, turns } from "../../test/fake_poller.ts"

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
