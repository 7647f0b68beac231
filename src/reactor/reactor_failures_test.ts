import assert from "node:assert/strict"
import { test } from "node:test"
import type { Handler } from "./reactor.ts"
import { handler, make, turns } from "../../test/fake_poller.ts"

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
