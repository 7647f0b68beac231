import assert from "node:assert/strict"
import { test } from "node:test"
import { connectedFd } from "../../test/simulated_fd.ts"
import { errno, sendFlags } from "../kernel/port.ts"
import { later } from "./carrier.ts"
import type { CopyReason } from "./copy_reason.ts"
import { SendCounters } from "./counters.ts"
import type { FileBytes } from "./file_bytes.ts"
import { Holds } from "./holds.ts"
import type { Piece } from "./piece.ts"
import { PlainCarrier } from "./plain_carrier.ts"
import { nothingToRelease } from "./released.ts"
import { simulate } from "../testing.ts"

for (const reason of ["disabled", "unsupported"] as const) {
  test(`everything is copied, whatever its size, with the reason ${reason}`, () => {
    const { carrier, counters, hold } = make(reason)
    for (const bytes of [1, 20_000, 60_000]) hold(bytes)
    assert.equal(carrier.copies, reason)
    assert.equal(carrier.send(0), 80_001)
    assert.equal(counters[reason], 80_001)
    assert.equal(counters.zerocopySends, 0)
    assert.deepEqual({ ...carrier.inFlight }, { bytes: 0, calls: 0 })
  })
}

test("a call that accepts a part leaves the rest to the next call, and nothing is lost", () => {
  const { carrier, holds, hold } = make("disabled", { sendBuffer: 50_000 })
  for (let i = 0; i < 3; i++) hold(40_000)
  const n = carrier.send(0)
  assert.ok(n > 0 && n < 120_000, `${n} bytes`)
  const left = [0, 1, 2].reduce((sum, hold) => sum + holds.owner(hold).remaining, 0)
  assert.equal(left, 120_000 - n)
  const next = [0, 1, 2].find((hold) => holds.owner(hold).remaining > 0) ?? assert.fail()
  assert.equal(carrier.send(next), -errno.EAGAIN)
})

for (const cached of [true, false]) {
  test(`a header ${cached ? "shares the packet of" : "is not kept back for"} a file that is ${cached ? "" : "not "}in memory`, () => {
    const { carrier, hold, holdFile, flags } = make("disabled")
    hold(100)
    holdFile(cached)
    assert.equal(carrier.send(0), 100)
    assert.deepEqual(flags, [cached ? sendFlags.more : 0])
  })
}

test("a file pauses when a turn has sent 4 MiB of files, whatever earlier turns have sent", async () => {
  const { carrier, stack, kernel, holdFile } = make("disabled")
  kernel.sendFile = (_fd, _file, _offset, count) => count
  const nextTurn = () => new Promise<void>((resolve) => stack.reactor.turnEnd.run(resolve))
  const turns: string[][] = []
  holdFile(true, 11 * mebibyte)
  for (const calls of [3, 3, 5]) {
    await nextTurn()
    turns.push(Array.from({ length: calls }, () => carrier.send(0) === later ? "pause" : "sent"))
  }
  assert.deepEqual(turns, [
    ["sent", "sent", "sent"],
    ["sent", "sent", "sent"],
    ["sent", "sent", "sent", "sent", "pause"],
  ])
})

function make(reason: CopyReason, limits: { sendBuffer?: number } = {}) {
  const simulation = simulate({ limits: { sendBuffer: 1_000_000, ...limits } })
  const { stack, kernel } = simulation
  const fd = connectedFd(simulation, simulation.peer({ receiving: false }))
  const holds = new Holds<Piece>((piece) => stack.pieces.release(piece))
  const counters = new SendCounters()
  const carrier = new PlainCarrier(stack, fd, holds, counters, { unblock() {} }, reason)
  const hold = (bytes: number) => {
    const memory = kernel.memoryOf(new ArrayBuffer(bytes))
    holds.open(stack.pieces.take(memory, 0, bytes, undefined, nothingToRelease))
  }
  const holdFile = (cached: boolean, bytes = 5000) => {
    holds.open(stack.pieces.takeFile(fileThatIs(cached), 0, bytes))
  }
  const flags: number[] = []
  const send = kernel.send.bind(kernel)
  kernel.send = (fd, vector, count, given) => {
    flags.push(given)
    return send(fd, vector, count, given)
  }
  return { carrier, counters, hold, holdFile, holds, flags, kernel, stack }
}

const fileThatIs = (cached: boolean): FileBytes => ({
  ...{ fd: -1, pipe: undefined, endsEarly: false },
  ready: () => cached,
  keepOpen: () => () => {},
  failed: () => assert.fail("it is never sent"),
  release() {},
  orphan() {},
  quarantine() {},
})

const mebibyte = 1024 * 1024
