// The cases of streams/writable-streams in web-platform-tests that concern an underlying sink.
// README.md lists all cases.
import { test } from "node:test"
import assert from "node:assert/strict"
import { pattern } from "../plain_peer.ts"
import { aWhile, chunk, connected, rejection, zerowireError } from "./connected.ts"

const big = 16 << 20

// aborting

test("an abort resets, fulfils, and fails everything else with its reason", async () => {
  await connected(async (writable, seen) => {
    const reason = { why: "enough" }
    const writer = writable.getWriter()
    await writer.write(chunk("x"))
    await writer.abort(reason)
    assert.equal(await seen.ended, "reset")
    assert.equal(await rejection(writer.closed), reason)
    assert.equal(await rejection(writer.ready), reason)
    assert.equal(await rejection(writer.write(chunk("y"))), reason)
    assert.ok(await rejection(writer.close()) instanceof TypeError)
    assert.equal(writer.desiredSize, null)
  })
})

test("an abort without a reason fails the rest with undefined", async () => {
  await connected(async (writable) => {
    const writer = writable.getWriter()
    await writer.abort()
    assert.equal(await rejection(writer.closed), undefined)
  })
})

test("an abort before anything was written resets", async () => {
  await connected(async (writable, seen) => {
    await writable.abort("enough")
    assert.equal(await seen.ended, "reset")
  })
})

test("an abort in the turn in which the stream was made resets", async () => {
  await connected(async (writable, seen) => {
    const writer = writable.getWriter()
    const write = rejection(writer.write(chunk("x")))
    const aborted = writer.abort("enough")
    assert.equal(await write, "enough")
    await aborted
    assert.equal(await seen.ended, "reset")
  })
})

test("an abort ends the write under way, and those behind it fail with the reason", async () => {
  await connected(async (writable, seen) => {
    seen.peer.pause()
    const writer = writable.getWriter()
    const first = rejection(writer.write(new Uint8Array(big)))
    await aWhile()
    const second = rejection(writer.write(chunk("x")))
    const closed = rejection(writer.closed)
    await writer.abort("enough")
    const failure = await first
    assert.match((failure as Error).message, /^Connection aborted after \d+ bytes were accepted/)
    assert.equal((failure as Error).cause, "enough")
    assert.equal(await second, "enough")
    assert.equal(await closed, "enough")
    assert.equal(seen.socket.stats().held, 0)
  })
})

test("a second abort fulfils with the first", async () => {
  await connected(async (writable) => {
    const writer = writable.getWriter()
    await Promise.all([writer.abort("first"), writer.abort("second")])
    await writer.abort("third")
    assert.equal(await rejection(writer.closed), "first")
  })
})

test("an abort after close has ended fulfils, and the FIN stays", async () => {
  await connected(async (writable, seen) => {
    const writer = writable.getWriter()
    await writer.write(chunk("all"))
    await writer.close()
    await writer.abort("too late")
    await writer.closed
    assert.equal(await seen.ended, "fin")
    assert.equal(seen.text, "all")
  })
})

test("an abort while close waits for the peer resets, and fails the close", async () => {
  await connected(async (writable, seen) => {
    seen.peer.pause()
    const writer = writable.getWriter()
    writer.write(new Uint8Array(big)).catch(() => {})
    const closing = rejection(writer.close())
    await aWhile()
    await writer.abort("enough")
    assert.equal(await closing, "enough")
    seen.peer.resume()
    assert.equal(await seen.ended, "reset")
  })
})

test("an abort of a stream that has failed fulfils and changes nothing", async () => {
  await connected(async (writable, seen) => {
    const writer = writable.getWriter()
    seen.peer.resetAndDestroy()
    await aWhile()
    const failure = await zerowireError(writer.write(chunk("x")).then(() => writer.closed))
    await writer.abort("enough")
    assert.equal(await rejection(writer.closed), failure)
  })
})

test("an abort lets those go who wait for room", async () => {
  await connected(async (writable, seen) => {
    seen.peer.pause()
    const writer = writable.getWriter()
    writer.write(new Uint8Array(big)).catch(() => {})
    const ready = rejection(writer.ready)
    await aWhile()
    await writer.abort("enough")
    assert.equal(await ready, "enough")
  })
})

test("an abort through the stream needs it unlocked", async () => {
  await connected(async (writable, seen) => {
    const writer = writable.getWriter()
    assert.ok(await rejection(writable.abort()) instanceof TypeError)
    await writer.write(chunk("still here"))
    await writer.close()
    assert.equal(await seen.ended, "fin")
    assert.equal(seen.text, "still here")
  })
})

// close

test("close fulfils behind all writes, and closed with it", async () => {
  await connected(async (writable, seen) => {
    const order: string[] = []
    const writer = writable.getWriter()
    const note = (what: string) => () => void order.push(what)
    await Promise.all([
      writer.write(chunk("one ")).then(note("one")),
      writer.write(chunk("two")).then(note("two")),
      writer.close().then(note("close")),
      writer.closed.then(note("closed")),
    ])
    assert.deepEqual(order.slice(0, 3), ["one", "two", "close"])
    assert.equal(await seen.ended, "fin")
    assert.equal(seen.text, "one two")
    assert.equal(writer.desiredSize, 0)
    await writer.ready
  })
})

test("a second close and a write after close are TypeErrors, and the first close holds", async () => {
  await connected(async (writable, seen) => {
    const writer = writable.getWriter()
    const closing = writer.close()
    assert.ok(await rejection(writer.close()) instanceof TypeError)
    assert.ok(await rejection(writer.write(chunk("x"))) instanceof TypeError)
    await closing
    assert.ok(await rejection(writer.close()) instanceof TypeError)
    assert.ok(await rejection(writer.write(chunk("x"))) instanceof TypeError)
    assert.equal(await seen.ended, "fin")
    assert.equal(seen.text, "")
  })
})

test("a close whose bytes the peer refuses rejects with what was lost", async () => {
  await connected(async (writable, seen) => {
    seen.peer.pause()
    const writer = writable.getWriter()
    const write = rejection(writer.write(new Uint8Array(big)))
    const closing = zerowireError(writer.close())
    await aWhile()
    seen.peer.resetAndDestroy()
    const failure = await closing
    assert.equal(failure.reason._tag, "ConnectionLost")
    assert.equal(await write, failure)
    assert.equal(await rejection(writer.closed), failure)
  })
})

test("a writer can be let go while close is under way", async () => {
  await connected(async (writable, seen) => {
    const writer = writable.getWriter()
    writer.write(pattern(1000)).catch(() => {})
    const closing = writer.close()
    writer.releaseLock()
    await closing
    assert.equal(await seen.ended, "fin")
    assert.equal(seen.text.length, 1000)
  })
})

test("close through the stream needs it unlocked", async () => {
  await connected(async (writable, seen) => {
    const writer = writable.getWriter()
    assert.ok(await rejection(writable.close()) instanceof TypeError)
    writer.releaseLock()
    await writable.close()
    assert.equal(await seen.ended, "fin")
  })
})

// write

test("writes fulfil in the order in which they were made", async () => {
  await connected(async (writable) => {
    const order: number[] = []
    const writer = writable.getWriter()
    const sizes = [100_000, 1, 0, 20_000, 5, 16_384]
    await Promise.all(
      sizes.map((size, i) => writer.write(pattern(size)).then(() => order.push(i))),
    )
    assert.deepEqual(order, [0, 1, 2, 3, 4, 5])
  })
})

test("a thousand writes that nobody waits for arrive in order", async () => {
  await connected(async (writable, seen) => {
    const writer = writable.getWriter()
    for (let i = 0; i < 1000; i++) writer.write(chunk(`${i},`)).catch(() => {})
    await writer.close()
    await seen.ended
    assert.equal(seen.text, Array.from({ length: 1000 }, (_, i) => `${i},`).join(""))
  })
})

test("a write that fails fails the stream: those behind it get the same error", async () => {
  await connected(async (writable, seen) => {
    const writer = writable.getWriter()
    const wrong = rejection(writer.write(new Uint16Array(1) as unknown as Uint8Array))
    const behind = rejection(writer.write(chunk("never")))
    const failure = await wrong
    assert.ok(failure instanceof TypeError)
    assert.equal(await behind, failure)
    assert.equal(await rejection(writer.ready), failure)
    assert.equal(writer.desiredSize, null)
    await aWhile()
    assert.equal(seen.text, "")
  })
})

test("a writer that was let go cannot write, and the next one can", async () => {
  await connected(async (writable, seen) => {
    const first = writable.getWriter()
    await first.write(chunk("one "))
    first.releaseLock()
    assert.ok(await rejection(first.write(chunk("x"))) instanceof TypeError)
    assert.ok(await rejection(first.closed) instanceof TypeError)
    const second = writable.getWriter()
    await second.write(chunk("two"))
    await second.close()
    await seen.ended
    assert.equal(seen.text, "one two")
  })
})

// general, start

test("a fresh stream wants as many bytes as its high-water mark, and is ready", async () => {
  await connected(async (writable) => {
    const writer = writable.getWriter()
    assert.equal(writer.desiredSize, 1000)
    await writer.ready
    assert.throws(() => writable.getWriter(), TypeError)
  }, { highWaterMark: 1000 })
})

test("desiredSize counts bytes, and ready waits for what is over the mark", async () => {
  await connected(async (writable, seen) => {
    seen.peer.pause()
    const writer = writable.getWriter()
    await writer.ready
    writer.write(new Uint8Array(big)).catch(() => {})
    const over = writer.write(new Uint8Array(600))
    assert.equal(writer.desiredSize, 1000 - big - 600)
    let ready = false
    const waiting = writer.ready.then(() => ready = true)
    await aWhile()
    assert.equal(ready, false)
    seen.peer.resume()
    await Promise.all([over, waiting])
    assert.equal(writer.desiredSize, 1000)
  }, { highWaterMark: 1000 })
})

// error

test("a lost connection fails the stream by itself, with one error for all", async () => {
  await connected(async (writable, seen) => {
    seen.peer.pause()
    const writer = writable.getWriter()
    const first = rejection(writer.write(new Uint8Array(big)))
    const second = rejection(writer.write(chunk("x")))
    await aWhile()
    seen.peer.resetAndDestroy()
    const failure = await zerowireError(writer.closed)
    assert.equal(failure.reason._tag, "ConnectionLost")
    for (const one of [first, second, rejection(writer.ready)]) assert.equal(await one, failure)
    assert.equal(writer.desiredSize, null)
    assert.equal(await rejection(writer.write(chunk("y"))), failure)
    assert.ok(await rejection(writer.close()) instanceof TypeError)
  })
})

test("a connection that is lost after close has ended leaves the stream closed", async () => {
  await connected(async (writable, seen) => {
    const writer = writable.getWriter()
    await writer.close()
    await seen.ended
    seen.peer.resetAndDestroy()
    await aWhile()
    await writer.closed
    assert.equal(writer.desiredSize, 0)
  })
})
