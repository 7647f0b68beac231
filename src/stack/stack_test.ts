import assert from "node:assert/strict"
import { test } from "node:test"
import { simulate } from "../testing.ts"

test("in a Worker the last connection returns the pages of the slots, at most once a second", async () => {
  const { simulation, discarded } = make(false)
  const peer = simulation.peer()
  await simulation.run(async () => {
    const one = await simulation.connect(peer)
    const other = await simulation.connect(peer)
    await one.writable.getWriter().write(new Uint8Array(1_000_000))
    await one.close()
    assert.equal(discarded(), 0)
    await other.close()
    assert.equal(discarded(), 1)
    await (await simulation.connect(peer)).close()
    assert.equal(discarded(), 1)
    await simulation.sleep(1000)
    await (await simulation.connect(peer)).close()
    assert.equal(discarded(), 2)
  })
})

test("outside a Worker the slots keep their pages", async () => {
  const { simulation, discarded } = make(true)
  const peer = simulation.peer()
  await simulation.run(async () => {
    const socket = await simulation.connect({ ...peer, ownership: "copy" })
    await socket.writable.getWriter().write(new Uint8Array(1_000_000))
    await socket.close()
  })
  assert.equal(discarded(), 0)
})

function make(mayPinHeap: boolean) {
  const simulation = simulate({ link: { latency: 1 } })
  Object.assign(simulation.stack, { mayPinHeap })
  let discarded = 0
  simulation.kernel.discard = () => {
    discarded++
    return 0
  }
  return { simulation, discarded: () => discarded }
}
