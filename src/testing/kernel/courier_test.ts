import assert from "node:assert/strict"
import { test } from "node:test"
import { sendFlags } from "../../kernel/port.ts"
import { pair, ranges, received } from "../../../test/simulated_pair.ts"

test("a courier's call is one call with one id, however often it waits", () => {
  const { kernel, client, server, simulation } = pair()
  const vector = kernel.vector(2)
  const memory = kernel.memoryOf(new ArrayBuffer(1_000_000))
  vector.set(0, memory, 0, 400_000)
  vector.set(1, memory, 400_000, 600_000)
  kernel.startWaiting(client)
  let accepted = 0
  kernel.courier().send(client, vector, 2, sendFlags.zerocopy, (n) => accepted = n)
  for (let total = 0; total < 1_000_000;) {
    simulation.advance(10)
    total += received(kernel, server, 1_000_000).byteLength
  }
  simulation.advance(100)
  assert.equal(accepted, 1_000_000)
  assert.deepEqual(ranges(kernel, client), [[0, 0, false]])
})

test("a courier's call ends when its patience does, with what was accepted", () => {
  const { kernel, client, simulation } = pair()
  const vector = kernel.vector(1)
  vector.set(0, kernel.memoryOf(new ArrayBuffer(1_000_000)), 0, 1_000_000)
  const answers: number[] = []
  kernel.courier().send(client, vector, 1, 0, (n) => answers.push(n))
  simulation.advance(10)
  kernel.startWaiting(client)
  kernel.courier().send(client, vector, 1, 0, (n) => answers.push(n))
  simulation.advance(199)
  assert.equal(answers.length, 1)
  simulation.advance(2)
  assert.equal(answers.length, 2)
  assert.ok(answers.every((n) => n > 0 && n < 1_000_000))
})

test("a courier's call ends when the socket is shut down under it", () => {
  const { kernel, client, simulation } = pair()
  const vector = kernel.vector(1)
  vector.set(0, kernel.memoryOf(new ArrayBuffer(1_000_000)), 0, 1_000_000)
  kernel.startWaiting(client)
  const answers: number[] = []
  kernel.courier().send(client, vector, 1, 0, (n) => answers.push(n))
  simulation.advance(20)
  kernel.abandonSends(client)
  simulation.advance(1)
  assert.equal(answers.length, 1)
})

test("a courier's call that waits sends nothing after a reset, and its id completes", () => {
  const { kernel, client, server, simulation } = pair()
  const vector = kernel.vector(1)
  vector.set(0, kernel.memoryOf(new ArrayBuffer(1_000_000)), 0, 1_000_000)
  kernel.startWaiting(client)
  let accepted = 0
  kernel.courier().send(client, vector, 1, sendFlags.zerocopy, (n) => accepted = n)
  simulation.advance(50)
  kernel.disconnect(server)
  simulation.advance(50)
  assert.ok(accepted > 0 && accepted < 1_000_000)
  assert.deepEqual(ranges(kernel, client), [[0, 0, false]])
  assert.equal(simulation.stats().lockedPages, 0)
})
