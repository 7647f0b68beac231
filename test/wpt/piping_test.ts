// The cases of streams/piping in web-platform-tests that concern the underlying sink: what `pipeTo` does
// to a socket's sink, as its peer sees it. README.md lists all cases.
import { test } from "node:test"
import assert from "node:assert/strict"
import { pattern, streamOf } from "../plain_peer.ts"
import {
  arrives,
  aWhile,
  chunk,
  connected,
  heldSource,
  rejection,
  zerowireError,
} from "./connected.ts"

const falsy = [undefined, null, false, 0, -0, NaN, ""]
const truthy = [true, "a", 1, Symbol("yes"), {}]
const naming = (value: unknown) => typeof value === "string" ? `"${value}"` : String(value)

// close-propagation-forward

test("the end of the source is a FIN behind everything", async () => {
  await connected(async (writable, seen) => {
    await streamOf([chunk("one "), chunk("two")]).pipeTo(writable)
    assert.equal(await seen.ended, "fin")
    assert.equal(seen.text, "one two")
  })
})

test("a source that has ended before is a FIN at once", async () => {
  await connected(async (writable, seen) => {
    await streamOf<Uint8Array>([]).pipeTo(writable)
    assert.equal(await seen.ended, "fin")
    assert.equal(seen.text, "")
  })
})

test("the FIN waits for writes that the peer has no room for", async () => {
  await connected(async (writable, seen) => {
    seen.peer.pause()
    const { readable, controller } = heldSource()
    // More than the buffers of both sides hold, but little enough to be queued without waiting.
    for (let i = 0; i < 7; i++) controller.enqueue(new Uint8Array(1 << 20))
    const piping = readable.pipeTo(writable)
    controller.close()
    await aWhile()
    assert.equal(seen.over, false)
    assert.ok(seen.socket.stats().queuedBytes > 0)
    seen.peer.resume()
    await piping
    assert.equal(await seen.ended, "fin")
    assert.equal(seen.text.length, 7 << 20)
  }, { highWaterMark: 16 << 20 })
})

for (const preventClose of falsy) {
  test(`preventClose ${naming(preventClose)} lets the FIN be sent`, async () => {
    await connected(async (writable, seen) => {
      await streamOf([chunk("x")]).pipeTo(writable, { preventClose: preventClose as boolean })
      assert.equal(await seen.ended, "fin")
    })
  })
}

for (const preventClose of truthy) {
  test(`preventClose ${naming(preventClose)} keeps the socket open for more`, async () => {
    await connected(async (writable, seen) => {
      await streamOf([chunk("one ")]).pipeTo(writable, { preventClose: preventClose as boolean })
      await aWhile()
      assert.equal(seen.over, false)
      await streamOf([chunk("two")]).pipeTo(writable)
      assert.equal(await seen.ended, "fin")
      assert.equal(seen.text, "one two")
    })
  })
}

// error-propagation-forward

for (const preventAbort of falsy) {
  test(`an error of the source resets, with preventAbort ${naming(preventAbort)}`, async () => {
    await connected(async (writable, seen) => {
      const reason = new Error("source")
      const { readable, controller } = heldSource()
      const piping = readable.pipeTo(writable, { preventAbort: preventAbort as boolean })
      controller.error(reason)
      assert.equal(await rejection(piping), reason)
      assert.equal(await seen.ended, "reset")
      assert.equal(await rejection(writable.getWriter().closed), reason)
    })
  })
}

for (const preventAbort of truthy) {
  test(`preventAbort ${naming(preventAbort)} keeps the socket open`, async () => {
    await connected(async (writable, seen) => {
      const reason = new Error("source")
      const { readable, controller } = heldSource()
      const piping = readable.pipeTo(writable, { preventAbort: preventAbort as boolean })
      controller.enqueue(chunk("one "))
      await aWhile()
      controller.error(reason)
      assert.equal(await rejection(piping), reason)
      assert.equal(seen.over, false)
      await streamOf([chunk("two")]).pipeTo(writable)
      assert.equal(await seen.ended, "fin")
      assert.equal(seen.text, "one two")
    })
  })
}

test("a source that had failed before resets", async () => {
  await connected(async (writable, seen) => {
    const reason = new Error("source")
    const { readable, controller } = heldSource()
    controller.error(reason)
    assert.equal(await rejection(readable.pipeTo(writable)), reason)
    assert.equal(await seen.ended, "reset")
  })
})

test("an error of the source ends a write that waits for the peer, and resets", async () => {
  await connected(async (writable, seen) => {
    seen.peer.pause()
    const reason = new Error("source")
    const { readable, controller } = heldSource()
    controller.enqueue(pattern(16 << 20))
    const piping = rejection(readable.pipeTo(writable))
    await aWhile()
    controller.error(reason)
    seen.peer.resume()
    // The write under way ends first.
    assert.equal(await piping, reason)
    assert.equal(await seen.ended, "reset")
    assert.equal(seen.socket.stats().held, 0)
  })
})

// error-propagation-backward

test("a reset by the peer cancels the source with the error that the pipe rejects with", async () => {
  await connected(async (writable, seen) => {
    let cancelled: unknown
    const { readable, controller } = heldSource({ cancel: (reason) => void (cancelled = reason) })
    const piping = zerowireError(readable.pipeTo(writable))
    await aWhile()
    seen.peer.resetAndDestroy()
    await aWhile()
    offer(controller, pattern(100_000))
    const failure = await piping
    assert.equal(failure.reason._tag, "ConnectionLost")
    assert.equal(cancelled, failure)
  })
})

/** Enqueues a chunk, unless the reset was noticed and the source is already cancelled. */
function offer(controller: ReadableStreamDefaultController<Uint8Array>, bytes: Uint8Array): void {
  if (controller.desiredSize === 1) controller.enqueue(bytes)
}

for (const preventCancel of [false, true]) {
  test(`a socket that had failed before, with preventCancel ${preventCancel}`, async () => {
    await connected(async (writable, seen) => {
      seen.peer.resetAndDestroy()
      await aWhile()
      const writer = writable.getWriter()
      const failure = await zerowireError(writer.write(chunk("x")).then(() => writer.closed))
      writer.releaseLock()
      let cancelled: unknown = "no"
      const { readable } = heldSource({ cancel: (reason) => void (cancelled = reason) })
      assert.equal(await rejection(readable.pipeTo(writable, { preventCancel })), failure)
      assert.equal(cancelled, preventCancel ? "no" : failure)
      assert.equal(readable.locked, false)
    })
  })
}

test("when cancelling the source fails too, the pipe rejects with that", async () => {
  await connected(async (writable, seen) => {
    const reason = new Error("cancel")
    const { readable, controller } = heldSource({ cancel: () => Promise.reject(reason) })
    const piping = rejection(readable.pipeTo(writable))
    seen.peer.resetAndDestroy()
    await aWhile()
    offer(controller, pattern(100_000))
    assert.equal(await piping, reason)
  })
})

test("a chunk that cannot be sent fails the pipe, cancels the source and resets", async () => {
  await connected(async (writable, seen) => {
    let cancelled: unknown
    const { readable, controller } = heldSource({ cancel: (reason) => void (cancelled = reason) })
    const piping = rejection(readable.pipeTo(writable))
    controller.enqueue("text" as unknown as Uint8Array)
    const failure = await piping
    assert.ok(failure instanceof TypeError)
    assert.equal(cancelled, failure)
    assert.equal(await seen.ended, "reset")
  })
})

// close-propagation-backward

for (const preventCancel of [false, true]) {
  test(`a pipe into a writable that was closed, with preventCancel ${preventCancel}`, async () => {
    await connected(async (writable, seen) => {
      await writable.close()
      let cancelled: unknown = "no"
      const { readable } = heldSource({ cancel: (reason) => void (cancelled = reason) })
      const failure = await rejection(readable.pipeTo(writable, { preventCancel }))
      assert.ok(failure instanceof TypeError)
      assert.equal(cancelled, preventCancel ? "no" : failure)
      assert.equal(await seen.ended, "fin")
    })
  })
}

test("a pipe into a socket that is closed by another way goes on to its end", async () => {
  await connected(async (writable, seen) => {
    const { readable, controller } = heldSource({})
    const piping = readable.pipeTo(writable)
    controller.enqueue(chunk("one"))
    await arrives(seen, "one")
    const closing = seen.socket.close()
    controller.enqueue(chunk("two"))
    controller.close()
    await Promise.all([piping, closing])
    // `close` waits for the peer's kernel, not for the peer.
    assert.equal(await seen.ended, "fin")
    assert.equal(seen.text, "onetwo")
  })
})

test("a pipe into a socket that is aborted by another way says so", async () => {
  await connected(async (writable, seen) => {
    let cancelled: unknown
    const { readable, controller } = heldSource({ cancel: (reason) => void (cancelled = reason) })
    const piping = zerowireError(readable.pipeTo(writable))
    controller.enqueue(chunk("one"))
    await arrives(seen, "one")
    await seen.socket.abort()
    const failure = await piping
    assert.equal(failure.reason._tag, "Aborted")
    assert.equal(cancelled, failure)
  })
})

// flow-control

test("a source is not read further than the peer reads", async () => {
  await connected(async (writable, seen) => {
    seen.peer.pause()
    let pulled = 0
    const source = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(new Uint8Array(1 << 20))
        if (++pulled === 50) controller.close()
      },
    })
    const piping = source.pipeTo(writable)
    for (let before = -1; before !== pulled;) {
      before = pulled
      await aWhile()
    }
    assert.ok(pulled < 50)
    seen.peer.resume()
    await piping
    assert.equal(pulled, 50)
  })
})

test("the smallest high-water mark lets everything through", async () => {
  await connected(async (writable, seen) => {
    await streamOf(Array.from({ length: 100 }, () => chunk("0123456789"))).pipeTo(writable)
    assert.equal(await seen.ended, "fin")
    assert.equal(seen.text, "0123456789".repeat(100))
  }, { highWaterMark: 1 })
})

// general

test("both streams are locked while the pipe runs, and free afterwards", async () => {
  await connected(async (writable) => {
    const { readable, controller } = heldSource()
    const piping = readable.pipeTo(writable, { preventClose: true })
    assert.equal(readable.locked && writable.locked, true)
    controller.close()
    await piping
    assert.equal(readable.locked || writable.locked, false)
  })
})

test("a pipe into a writable that is locked is a TypeError, and the writer goes on", async () => {
  await connected(async (writable, seen) => {
    const writer = writable.getWriter()
    const { readable } = heldSource()
    assert.ok(await rejection(readable.pipeTo(writable)) instanceof TypeError)
    assert.equal(readable.locked, false)
    await writer.write(chunk("still here"))
    await writer.close()
    assert.equal(await seen.ended, "fin")
    assert.equal(seen.text, "still here")
  })
})

test("chunks that come late are sent when they come", async () => {
  await connected(async (writable, seen) => {
    const { readable, controller } = heldSource()
    const piping = readable.pipeTo(writable)
    for (const text of ["a", "b", "c"]) {
      controller.enqueue(chunk(text))
      await arrives(seen, text)
    }
    controller.close()
    await piping
    assert.equal(seen.text, "abc")
  })
})

// abort

for (const preventAbort of [false, true]) {
  for (const preventCancel of [false, true]) {
    for (const when of ["before", "while it runs"]) {
      test(`a signal aborted ${when}: preventAbort ${preventAbort}, preventCancel ${preventCancel}`, async () => {
        await connected(async (writable, seen) => {
          const reason = { why: "enough" }
          const abort = new AbortController()
          let cancelled: unknown = "no"
          const { readable, controller } = heldSource({
            cancel: (reason) => void (cancelled = reason),
          })
          if (when === "before") abort.abort(reason)
          const { signal } = abort
          const piping = rejection(
            readable.pipeTo(writable, { preventAbort, preventCancel, signal }),
          )
          if (when !== "before") {
            controller.enqueue(chunk("one "))
            await aWhile()
            abort.abort(reason)
          }
          assert.equal(await piping, reason)
          assert.equal(cancelled, preventCancel ? "no" : reason)
          if (preventAbort) {
            assert.equal(seen.over, false)
            await streamOf([chunk("two")]).pipeTo(writable)
            assert.equal(await seen.ended, "fin")
            assert.equal(seen.text, when === "before" ? "two" : "one two")
          } else {
            assert.equal(await seen.ended, "reset")
            assert.equal(await rejection(writable.getWriter().closed), reason)
          }
        })
      })
    }
  }
}

test("a signal lets the write under way end first; where the peer takes nothing, abort ends it", async () => {
  await connected(async (writable, seen) => {
    seen.peer.pause()
    const abort = new AbortController()
    const { readable, controller } = heldSource()
    controller.enqueue(pattern(16 << 20))
    const piping = rejection(readable.pipeTo(writable, { signal: abort.signal }))
    await aWhile()
    abort.abort("enough")
    await aWhile()
    assert.equal(writable.locked, true)
    await seen.socket.abort()
    assert.equal(await piping, "enough")
    assert.equal(seen.socket.stats().held, 0)
  })
})

test("a signal without a reason rejects with an AbortError", async () => {
  await connected(async (writable) => {
    const { readable } = heldSource()
    const signal = AbortSignal.abort()
    const failure = await rejection(readable.pipeTo(writable, { signal }))
    assert.equal((failure as Error).name, "AbortError")
  })
})

test("a signal that is aborted after the end changes nothing", async () => {
  await connected(async (writable, seen) => {
    const abort = new AbortController()
    await streamOf([chunk("all")]).pipeTo(writable, { signal: abort.signal })
    abort.abort()
    assert.equal(await seen.ended, "fin")
    assert.equal(seen.text, "all")
  })
})

test("what is no signal is a TypeError, and nothing happens to the socket", async () => {
  await connected(async (writable, seen) => {
    for (const signal of ["signal", 1, true, {}, null]) {
      const options = { signal: signal as unknown as AbortSignal }
      assert.ok(
        await rejection(heldSource().readable.pipeTo(writable, options)) instanceof TypeError,
      )
    }
    await streamOf([chunk("all")]).pipeTo(writable)
    assert.equal(await seen.ended, "fin")
  })
})

// multiple-propagation

test("a failed source into a failed socket rejects with the source's error", async () => {
  await connected(async (writable) => {
    await writable.abort("sink")
    const { readable, controller } = heldSource()
    controller.error("source")
    assert.equal(await rejection(readable.pipeTo(writable)), "source")
    assert.equal(await rejection(writable.getWriter().closed), "sink")
  })
})

test("a source that has ended into a failed socket rejects with the socket's error", async () => {
  await connected(async (writable) => {
    await writable.abort("sink")
    assert.equal(await rejection(streamOf<Uint8Array>([]).pipeTo(writable)), "sink")
  })
})

test("a failed source into a writable that is closing resets, and fails the close", async () => {
  await connected(async (writable, seen) => {
    seen.peer.pause()
    const writer = writable.getWriter()
    writer.write(pattern(16 << 20)).catch(() => {})
    const closing = rejection(writer.close())
    writer.releaseLock()
    await aWhile()
    const { readable, controller } = heldSource()
    controller.error("source")
    assert.equal(await rejection(readable.pipeTo(writable)), "source")
    assert.equal(await closing, "source")
    seen.peer.resume()
    assert.equal(await seen.ended, "reset")
  })
})

test("a failed source into a closed writable rejects with the source's error, and the FIN stays", async () => {
  await connected(async (writable, seen) => {
    await writable.close()
    const { readable, controller } = heldSource()
    controller.error("source")
    assert.equal(await rejection(readable.pipeTo(writable)), "source")
    assert.equal(await seen.ended, "fin")
  })
})

test("a source that has ended into a closed writable is fine", async () => {
  await connected(async (writable) => {
    await writable.close()
    const { readable, controller } = heldSource()
    controller.close()
    await readable.pipeTo(writable)
  })
})

// pipe-through, transform-streams

test("a transform between source and socket passes chunks, end and errors on", async () => {
  await connected(async (writable, seen) => {
    await streamOf(["one ", "zwei"]).pipeThrough(new TextEncoderStream()).pipeTo(writable)
    assert.equal(await seen.ended, "fin")
    assert.equal(seen.text, "one zwei")
  })
  await connected(async (writable, seen) => {
    const through = new TransformStream<Uint8Array, Uint8Array>({
      transform: () => Promise.reject(new RangeError("transform")),
    })
    const piping = streamOf([chunk("x")]).pipeThrough(through).pipeTo(writable)
    assert.ok(await rejection(piping) instanceof RangeError)
    assert.equal(await seen.ended, "reset")
  })
})
