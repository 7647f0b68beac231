import assert from "node:assert/strict"
import { test } from "node:test"
import { EnobufsForecast, LockedPages, notificationsIn } from "./enobufs.ts"

const page = 4096

test("a call may have what the limit leaves, minus the two extra pages that each call is charged", () => {
  const locked = lockedPages(16 * page)
  const socket = new EnobufsForecast(locked)
  assert.equal(socket.room(0), 14 * page)
  socket.issued(0, 6 * page, 6 * page)
  assert.equal(locked.used, 8)
  // As much is left as this socket already has.
  assert.equal(socket.room(1), 0)
  assert.equal(new EnobufsForecast(locked).room(0), 6 * page)
  socket.notified(0, 0)
  assert.equal(locked.used, 0)
  assert.equal(socket.room(0), 14 * page)
})

test("a call is charged completely, however many bytes are accepted", () => {
  const locked = lockedPages(100 * page)
  new EnobufsForecast(locked).issued(0, 10 * page, 1)
  assert.equal(locked.used, 12)
})

test("a range that wraps frees each of its calls once, and unknown ids free nothing", () => {
  const locked = lockedPages(100 * page)
  const socket = new EnobufsForecast(locked)
  for (const id of [0xffff_fffe, 0xffff_ffff, 0, 1]) socket.issued(id, page, page)
  assert.equal(locked.used, 12)
  socket.notified(0xffff_ffff, 0)
  assert.equal(locked.used, 6)
  socket.notified(0xffff_ffff, 0)
  socket.notified(1000, 999)
  assert.equal(locked.used, 0)
})

test("if locked memory is not limited, calls are not limited, and nothing is recorded", () => {
  const locked = lockedPages(Infinity)
  const socket = new EnobufsForecast(locked)
  socket.issued(0, 1e9, 1e9)
  assert.equal(socket.room(1000), Infinity)
  assert.equal(locked.used, 0)
})

test("after a refusal no more ids are pending than at that time, until a lot was sent", () => {
  const socket = new EnobufsForecast(lockedPages(Infinity, 4096))
  socket.refused(40)
  assert.deepEqual([socket.room(39), socket.room(40)], [Infinity, 0])
  socket.issued(0, 64 * 1024 * 1024, 64 * 1024 * 1024)
  assert.equal(socket.room(40), Infinity)
  // With nothing pending, notifications were not the reason: as many as always fit stay allowed.
  socket.refused(0)
  assert.deepEqual([socket.room(4), socket.room(5)], [Infinity, 0])
})

test("the number of notifications that fit is the kernel's", () => {
  const fits = [[575, 0], [576, 1], [4096, 5], [65_536, 79]]
  for (const [optmem, most] of fits) assert.equal(notificationsIn(optmem), most)
})

const lockedPages = (memlockBytes: number, optmemBytes = 128 * 1024) =>
  new LockedPages({ memlockBytes, optmemBytes, machineBytes: 0 })
