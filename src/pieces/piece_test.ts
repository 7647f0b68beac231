import assert from "node:assert/strict"
import { test } from "node:test"
import { type Piece, PiecePool } from "./piece.ts"
import { nothingToRelease, type Released } from "./released.ts"

test("a piece starts at its offset with all of its bytes to send", () => {
  const piece = new PiecePool().take(memory, 10, 20, "small", nothingToRelease)
  assert.equal(piece.memory, memory)
  assert.deepEqual([piece.offset, piece.length, piece.remaining], [10, 20, 20])
  assert.equal(piece.copyOnly, "small")
})

test("a released piece is reused, and keeps nothing of its last use", () => {
  const pool = new PiecePool()
  const piece = pool.take(memory, 10, 20, "small", nothingToRelease)
  piece.offset = 30
  piece.remaining = 0
  pool.release(piece)
  assert.notEqual(piece.memory, memory, "the pool must not keep memory alive")
  const other = { buffer: new ArrayBuffer(5) }
  const again = pool.take(other, 1, 2, undefined, nothingToRelease)
  assert.equal(again, piece)
  assert.deepEqual([again.memory, again.offset, again.length, again.remaining], [other, 1, 2, 2])
  assert.equal(again.copyOnly, undefined)
})

test("the memory's owner is told once that it is released", () => {
  const pool = new PiecePool()
  let released = 0
  const piece = pool.take(memory, 0, 1, undefined, counting(() => released++))
  pool.release(piece)
  assert.equal(released, 1)
  pool.release(pool.take(memory, 0, 1, undefined, nothingToRelease))
  assert.equal(released, 1)
})

test("an owner that sends from inside the release gets another piece", () => {
  const pool = new PiecePool()
  const other = { buffer: new ArrayBuffer(5) }
  let inner: Piece | undefined
  const outer = counting(() => inner = pool.take(other, 1, 2, undefined, nothingToRelease))
  pool.release(pool.take(memory, 0, 1, undefined, outer))
  assert.equal(inner?.memory, other)
  assert.equal(inner.remaining, 2)
  assert.notEqual(pool.take(memory, 0, 1, undefined, nothingToRelease), inner)
})

const memory = { buffer: new ArrayBuffer(100) }

const counting = (release: () => void): Released => ({ ...nothingToRelease, release })
