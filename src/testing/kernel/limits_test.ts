import assert from "node:assert/strict"
import { test } from "node:test"
import { errno } from "../../kernel/port.ts"
import { pair, ranges, send } from "../../../test/simulated_pair.ts"

test("each call locks its pages and two more, until it completes", () => {
  const { kernel, client, simulation } = pair({ limits: { memlock: 64 * 1024 } })
  assert.equal(send(kernel, client, 64 * 1024), -errno.ENOBUFS)
  assert.equal(send(kernel, client, 14 * 4096), 14 * 4096)
  assert.equal(simulation.stats().lockedPages, 16)
  assert.equal(send(kernel, client, 1), -errno.ENOBUFS)
  simulation.advance(100)
  assert.equal(send(kernel, client, 1), 1)
})

test("the limit of locked memory is one for all sockets, and CAP_IPC_LOCK waives it", () => {
  const { kernel, client, server, simulation } = pair({ limits: { memlock: 64 * 1024 } })
  assert.equal(send(kernel, client, 50_000), 50_000)
  assert.equal(send(kernel, server, 50_000), -errno.ENOBUFS)
  simulation.limits.ipcLock = true
  assert.equal(send(kernel, server, 50_000), 50_000)
  simulation.advance(100)
  assert.equal(simulation.stats().lockedPages, 0)
})

test("a call is charged completely, however many bytes are accepted", () => {
  const { kernel, client, simulation } = pair({ limits: { sendBuffer: 10_000 } })
  assert.equal(send(kernel, client, 1_000_000), 10_000)
  assert.equal(simulation.stats().lockedPages, Math.floor(1_000_000 / 4096) + 2)
})

test("option memory runs out after a number of notifications, and is free when they are read", () => {
  const limits = { optmem: 20 * 1024, memlock: 1e9 }
  const { kernel, client, simulation } = pair({ limits })
  let sends = 0
  while (send(kernel, client, 10) > 0) sends++
  assert.equal(sends, 24)
  simulation.advance(100)
  // They have merged into one record, and only that takes up room.
  assert.equal(simulation.stats().optmemBytes, 832)
  assert.deepEqual(ranges(kernel, client), [[0, 23, false]])
  assert.equal(simulation.stats().optmemBytes, 0)
})

test("the last notification may exceed the option memory", () => {
  // As many as Linux 6.18 allows.
  for (const [optmem, most] of [[575, 0], [576, 1], [4096, 5], [65_536, 79]]) {
    const { kernel, client } = pair({ limits: { optmem, memlock: 1e9 } })
    let sends = 0
    while (send(kernel, client, 10) > 0) sends++
    assert.equal(sends, most)
  }
})
