import assert from "node:assert/strict"
import { test } from "node:test"
import type { Address } from "../runtime/backend.ts"
import * as linux from "../constants.ts"
import { KnownDescriptors, ThreadDescriptors } from "./descriptors.ts"
import { errno } from "../errno.ts"
import { libc as loaded } from "../libc.ts"
import type { ThreadEnd } from "./thread_end.ts"

const libc = loaded()

test("a number that the end of the thread closes is never anybody else's", () => {
  const { descriptors, calls } = make()
  const fd = descriptors.keep(open())
  assert.ok(calls().includes(`close ${fd}`))
  const numbers = [fd]
  for (let i = 0; i < 5; i++) {
    assert.equal(descriptors.close(fd), 0)
    // The file is closed, but its number is still taken.
    assert.equal(isOpen(fd), false)
    const others = [open(), open()]
    assert.ok(!others.includes(fd))
    for (const other of others) libc.close(other)
    numbers.push(descriptors.keep(open()))
    assert.equal(isOpen(fd), true)
  }
  assert.deepEqual(new Set(numbers), new Set([fd]))
  assert.equal(calls().filter((call) => call === `close ${fd}`).length, 1)
  descriptors.close(fd)
})

test("a number that was closed is not closed again", () => {
  const { descriptors } = make()
  const fd = descriptors.keep(open())
  assert.equal(descriptors.close(fd), 0)
  assert.equal(descriptors.close(fd), -errno.EBADF)
})

test("at the end of the thread memory is cleared before any number is closed", () => {
  const { descriptors, calls } = make()
  const early = descriptors.keep(open())
  descriptors.clearAtEnd(1000 as Address)
  const late = descriptors.keep(open())
  descriptors.clearAtEnd(2000 as Address)
  const latest = descriptors.keep(open())
  const order = calls()
  for (const [address, fds] of [[1000, [early, late, latest]], [2000, [late, latest]]] as const) {
    for (const fd of fds) {
      assert.ok(order.indexOf(`clear ${address}`) < order.indexOf(`close ${fd}`), order.join(", "))
    }
  }
  descriptors.closeAll()
})

test("at the end of the thread a waiting thread is woken before the descriptors it waits for are closed", () => {
  const { descriptors, calls } = make()
  const [writeEnd, outer, readEnd] = [open(), open(), open()]
  descriptors.keepWait(writeEnd, [outer, readEnd])
  descriptors.keep(open())
  const order = calls()
  const woken = order.indexOf(`close ${writeEnd}`)
  assert.match(order[woken + 1], /^pause/)
  for (const fd of [outer, readEnd]) assert.ok(order.indexOf(`close ${fd}`) > woken + 1)
  descriptors.closeAll()
})

test("known descriptors are closed once, and nothing is closed later", () => {
  const descriptors = new KnownDescriptors(libc)
  const fds = [open(), open()].map((fd) => descriptors.keep(fd))
  assert.equal(descriptors.close(fds[0]), 0)
  descriptors.closeAll()
  assert.equal(libc.fcntl(fds[1], linux.F_GETFD, 0), -errno.EBADF)
  const other = open()
  assert.equal(descriptors.close(other), -errno.EBADF)
  assert.equal(libc.close(other), 0)
})

/** With the requests for the end of the thread, in the order of execution. */
function make(): { descriptors: ThreadDescriptors; calls: () => readonly string[] } {
  const asked: string[] = []
  const end: ThreadEnd = {
    close: (fd) => asked.push(`close ${fd}`),
    clear: (address) => asked.push(`clear ${address}`),
    pause: (micros) => asked.push(`pause ${micros}`),
  }
  return { descriptors: new ThreadDescriptors(libc, end), calls: () => asked.toReversed() }
}

/** A file that differs from its stand-in: it does not block. */
const open = (): number => libc.eventfd(0, linux.EFD_CLOEXEC | linux.O_NONBLOCK)

const isOpen = (fd: number): boolean => (libc.fcntl(fd, linux.F_GETFL, 0) & linux.O_NONBLOCK) !== 0
