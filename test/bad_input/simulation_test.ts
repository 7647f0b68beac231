import assert from "node:assert/strict"
import { test } from "node:test"
import { simulate } from "../../src/testing.ts"

test("an undefined value keeps the default; for a peer, that of the other link", () => {
  const given = { latency: undefined, loss: 0.5 } as unknown as { loss: number }
  const { link, limits, faults } = simulate({ link: given, limits: undefined } as never)
  assert.deepEqual([link.latency, link.loss], [5, 0.5])
  assert.deepEqual([limits.files, faults.lateWake], [1024, 0])
})

const wrong: readonly [options: unknown, message: string][] = [
  [{ link: { latency: "5" } }, 'Cannot use link.latency "5": it must be a number, 0 or more'],
  [{ link: { loss: NaN } }, "Cannot use link.loss NaN: it must be a number"],
  [{ link: { loss: null } }, "Cannot use link.loss null: it must be a number"],
  [{ link: { copied: 1 } }, "Cannot use link.copied 1: it must be true or false"],
  [{ limits: { files: -1 } }, "Cannot use limits.files -1: it must be a number, 0 or more"],
  [{ faults: { interrupt: true } }, "Cannot use faults.interrupt true: it must be a number"],
  [{ seed: "seven" }, 'Cannot use seed "seven": it must be a finite number'],
]
for (const [options, message] of wrong) {
  test(`${message.split(":")[0]}`, () => {
    assert.throws(() => simulate(options as never), (failure) => {
      assert.ok(
        failure instanceof TypeError && failure.message.startsWith(message),
        String(failure),
      )
      return true
    })
  })
}

test("an unknown name cannot be set later either", () => {
  const { link, loopback, limits, faults } = simulate()
  for (const part of [link, loopback, limits, faults]) {
    assert.throws(() => Object.assign(part, { misspelled: 1 }), TypeError)
  }
  link.latency = 7
  assert.equal(link.latency, 7)
})

test("a peer can be passed as the options of connect, or spread into them", async () => {
  const simulation = simulate()
  const peer = simulation.peer({ receiving: false })
  assert.equal(peer.receiving, false)
  peer.receiving = true
  await simulation.run(async () => {
    await using one = await simulation.connect(peer)
    await using two = await simulation.connect({ ...peer, ownership: "copy" })
    assert.deepEqual(one.remoteAddr, two.remoteAddr)
  })
  assert.equal(peer.connections.length, 2)
})
