// The cases of streams/piping in web-platform-tests, run against a relay: the readable of one socket is
// piped into the writable of another, and the kernel moves the bytes. README.md lists all cases.
import assert from "node:assert/strict"
import { Buffer } from "node:buffer"
import { test } from "node:test"
import { connect, type Socket } from "../../src/mod.ts"
import { descriptors } from "../descriptors.ts"
import { libcIsMissing, movedBytes, needsLibc } from "../libc.ts"
import { joined, pattern, PlainServer, type PlainSocket, sha256, streamOf } from "../plain_peer.ts"
import {
  arrives,
  aWhile,
  chunk,
  connected,
  rejection,
  type Seen,
  zerowireError,
} from "./connected.ts"

const contents = pattern(8_000_000)
/** More than two pairs of sockets and a pipe hold. */
const large = pattern(40_000_000)
/** What a relay holds at most: a pipe; or without libc, the queues of two streams and two sockets. */
const mostBetween = (libcIsMissing ? 4 : 1) * 1024 * 1024

const falsy = [undefined, null, false, 0, -0, NaN, ""]
const truthy = [true, "a", 1, Symbol("yes"), {}]
const naming = (value: unknown) => typeof value === "string" ? `"${value}"` : String(value)

interface Relay {
  /** The peer of `from`, which receives what `source` writes. */
  readonly source: PlainSocket
  readonly from: Socket
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>
  readonly writable: WritableStream<Uint8Array>
  /** What the peer of `writable` has seen. */
  readonly seen: Seen
}

async function relaying(body: (relay: Relay) => Promise<void>): Promise<void> {
  await using server = await PlainServer.open()
  const from = await connect({ port: server.port })
  const source = await server.accepted()
  source.on("error", () => {})
  await connected((writable, seen) =>
    body({ source, from, readable: from.readable, writable, seen })
  )
  source.destroy()
  await from.abort()
}

// close-propagation-forward

test("the kernel moves what arrives, and the end is a FIN after everything", async () => {
  await relaying(async ({ source, from, readable, writable, seen }) => {
    source.end(contents)
    await readable.pipeTo(writable)
    assert.equal(await seen.ended, "fin")
    assert.equal(sumOf(seen), sha256(contents))
    const { relayedBytes, copiedBytes, zerocopy } = seen.socket.stats()
    const [byKernel, byCopy] = libcIsMissing ? [0, contents.byteLength] : [contents.byteLength, 0]
    assert.deepEqual([relayedBytes, copiedBytes, zerocopy.sends], [byKernel, byCopy, 0])
    assert.equal(from.stats().receivedBytes, contents.byteLength)
    assert.equal(await readable.getReader().closed, undefined)
  })
})

test("a small message is forwarded at once", async () => {
  await relaying(async ({ source, readable, writable, seen }) => {
    const piping = readable.pipeTo(writable)
    for (const text of ["one", "two", "three"]) {
      source.write(text)
      await arrives(seen, text)
    }
    source.end()
    await piping
    assert.equal(await seen.ended, "fin")
    assert.equal(seen.text, "onetwothree")
  })
})

test("a FIN without bytes is forwarded, even if it was read before", async () => {
  for (const read of [false, true]) {
    await relaying(async ({ source, readable, writable, seen }) => {
      source.end()
      if (read) {
        const reader = readable.getReader()
        assert.equal((await reader.read()).done, true)
        reader.releaseLock()
      }
      await readable.pipeTo(writable)
      assert.equal(await seen.ended, "fin")
      assert.equal(seen.text, "")
    })
  }
})

for (const preventClose of falsy) {
  test(`preventClose ${naming(preventClose)} lets the FIN be sent`, async () => {
    await relaying(async ({ source, readable, writable, seen }) => {
      source.end("ten bytes.")
      await readable.pipeTo(writable, { preventClose: preventClose as boolean })
      assert.equal(await seen.ended, "fin")
      assert.equal(movedBytes(seen.socket.stats()), 10)
    })
  })
}

for (const preventClose of truthy) {
  test(`preventClose ${naming(preventClose)} keeps the socket open for more`, async () => {
    await relaying(async ({ source, readable, writable, seen }) => {
      source.end(contents.subarray(0, 100_000))
      await readable.pipeTo(writable, { preventClose: preventClose as boolean })
      await aWhile()
      assert.equal(seen.over, false)
      await streamOf([chunk("two")]).pipeTo(writable)
      assert.equal(await seen.ended, "fin")
      assert.equal(sumOf(seen), sumOfAll(contents.subarray(0, 100_000), chunk("two")))
    })
  })
}

// error-propagation-forward

for (const preventAbort of [...falsy, ...truthy]) {
  test(`a source that is reset fails the pipe, preventAbort ${naming(preventAbort)}`, async () => {
    await relaying(async ({ source, readable, writable, seen }) => {
      const options = { preventAbort: preventAbort as boolean }
      const piping = zerowireError(readable.pipeTo(writable, options))
      source.write(contents.subarray(0, 1000))
      while (seen.text.length < 1000) await aWhile()
      source.resetAndDestroy()
      const failure = await piping
      assert.equal(failure.reason._tag, "ConnectionLost")
      assert.equal(await rejection(readable.getReader().closed), failure)
      if (preventAbort) {
        assert.equal(seen.over, false)
        await streamOf([chunk("two")]).pipeTo(writable)
        assert.equal(await seen.ended, "fin")
        assert.equal(sumOf(seen), sumOfAll(contents.subarray(0, 1000), chunk("two")))
      } else {
        assert.equal(await seen.ended, "reset")
        assert.equal(await rejection(writable.getWriter().closed), failure)
      }
    })
  })
}

test("a source that is closed on this side fails the pipe, and what was moved arrives", async () => {
  await relaying(async ({ source, from, readable, writable, seen }) => {
    const piping = zerowireError(readable.pipeTo(writable, { preventAbort: true }))
    source.write("some")
    await arrives(seen, "some")
    const closing = from.close()
    assert.equal((await piping).reason._tag, "SocketClosed")
    source.end()
    await closing
    assert.equal(seen.over, false)
  })
})

// error-propagation-backward

for (const preventCancel of [false, true]) {
  // The standard's own pipe loses the chunk that it was writing.
  const alone = preventCancel ? needsLibc : {}
  test(`a reset by the peer ends the pipe, preventCancel ${preventCancel}`, alone, async () => {
    await relaying(async ({ source, from, readable, writable, seen }) => {
      seen.peer.pause()
      source.end(large)
      const piping = zerowireError(readable.pipeTo(writable, { preventCancel }))
      while (seen.socket.stats().refusals === 0) await aWhile()
      seen.peer.resetAndDestroy()
      assert.equal((await piping).reason._tag, "ConnectionLost")
      assert.equal(readable.locked || writable.locked, false)
      // The stream continues after what the other socket has accepted, or it was cancelled and is closed.
      const { acceptedBytes } = seen.socket.stats()
      const rest = await everything(readable)
      const expected = preventCancel ? large.subarray(acceptedBytes) : new Uint8Array(0)
      assert.equal(sha256(rest), sha256(expected))
      if (preventCancel) assert.equal(from.stats().receivedBytes, large.byteLength)
    })
  })
}

test("a reset by the peer ends the pipe even while nothing arrives", async () => {
  await relaying(async ({ source, readable, writable, seen }) => {
    const piping = zerowireError(readable.pipeTo(writable, { preventCancel: true }))
    await aWhile()
    seen.peer.resetAndDestroy()
    assert.equal((await piping).reason._tag, "ConnectionLost")
    assert.equal(readable.locked || writable.locked, false)
    source.end("for whoever reads on")
    assert.equal(new TextDecoder().decode(await everything(readable)), "for whoever reads on")
  })
})

for (const preventCancel of [false, true]) {
  test(`a socket that had failed before, with preventCancel ${preventCancel}`, async () => {
    await relaying(async ({ source, readable, writable }) => {
      const reason = new Error("before")
      await writable.abort(reason)
      source.end("ten bytes.")
      assert.equal(await rejection(readable.pipeTo(writable, { preventCancel })), reason)
      assert.equal(readable.locked, false)
      const { value } = await readable.getReader().read()
      assert.equal(value?.byteLength ?? 0, preventCancel ? 10 : 0)
    })
  })
}

// close-propagation-backward

for (const preventCancel of [false, true]) {
  test(`a pipe into a writable that was closed, with preventCancel ${preventCancel}`, async () => {
    await relaying(async ({ source, readable, writable, seen }) => {
      await writable.close()
      source.write("some")
      assert.ok(await rejection(readable.pipeTo(writable, { preventCancel })) instanceof TypeError)
      assert.equal(await seen.ended, "fin")
      const { done } = await readable.getReader().read()
      assert.equal(done, !preventCancel)
    })
  })
}

test("close() of the destination waits for the pipe", async () => {
  await relaying(async ({ source, readable, writable, seen }) => {
    const piping = readable.pipeTo(writable)
    const closing = seen.socket.close()
    source.end(contents)
    await Promise.all([piping, closing])
    assert.equal(await seen.ended, "fin")
    assert.equal(sumOf(seen), sha256(contents))
  })
})

test("abort() of the destination ends the pipe", async () => {
  await relaying(async ({ source, readable, writable, seen }) => {
    seen.peer.pause()
    source.end(large)
    const piping = zerowireError(readable.pipeTo(writable))
    while (seen.socket.stats().refusals === 0) await aWhile()
    await seen.socket.abort()
    assert.equal((await piping).reason._tag, "Aborted")
    assert.equal(seen.socket.stats().held, 0)
  })
})

// flow-control

test("a relay reads no further than its peer, and the source waits", async () => {
  await relaying(async ({ source, from, readable, writable, seen }) => {
    seen.peer.pause()
    let sent = false
    source.end(large, () => sent = true)
    const piping = readable.pipeTo(writable)
    const moved = () => from.stats().receivedBytes
    for (let before = -1; before !== moved();) {
      before = moved()
      await aWhile()
    }
    const { acceptedBytes } = seen.socket.stats()
    assert.ok(moved() < large.byteLength && !sent)
    assert.ok(moved() - acceptedBytes <= mostBetween, `${moved() - acceptedBytes} bytes`)
    seen.peer.resume()
    await piping
    assert.equal(await seen.ended, "fin")
    assert.equal(sumOf(seen), sha256(large))
  })
})

// general

test("both streams are locked while the pipe runs, and free afterwards", async () => {
  await relaying(async ({ source, readable, writable, seen }) => {
    const piping = readable.pipeTo(writable, { preventClose: true })
    assert.equal(readable.locked && writable.locked, true)
    assert.throws(() => readable.getReader(), TypeError)
    assert.throws(() => writable.getWriter(), TypeError)
    const refused = /a pipeTo into this socket's writable/
    await assert.rejects(seen.socket.sendFile("/proc/version"), refused)
    source.end(contents)
    await piping
    assert.equal(readable.locked || writable.locked, false)
    assert.equal(await readable.getReader().closed, undefined)
  })
})

test("both directions run at once, and each ends by itself", async () => {
  await relaying(async ({ source, from, readable, writable, seen }) => {
    source.resume()
    const piping = Promise.all([
      readable.pipeTo(writable),
      seen.socket.readable.pipeTo(from.writable),
    ])
    source.end(contents)
    assert.equal(await seen.ended, "fin")
    await piping
    assert.equal(sumOf(seen), sha256(contents))
  })
})

test("a socket piped to itself echoes", async () => {
  await relaying(async ({ source, from, readable }) => {
    const back: Uint8Array[] = []
    source.on("data", (part: Uint8Array) => back.push(part))
    const piping = readable.pipeTo(from.writable)
    source.end(contents)
    await piping
    while (joined(back).byteLength < contents.byteLength) await aWhile()
    assert.equal(sha256(joined(back)), sha256(contents))
    assert.equal(movedBytes(from.stats()), contents.byteLength)
  })
})

test("a locked writable or stream is a TypeError, and nothing is moved", async () => {
  await relaying(async ({ source, readable, writable, seen }) => {
    source.end("four")
    const writer = writable.getWriter()
    assert.ok(await rejection(readable.pipeTo(writable)) instanceof TypeError)
    writer.releaseLock()
    const reader = readable.getReader()
    assert.ok(await rejection(readable.pipeTo(writable)) instanceof TypeError)
    reader.releaseLock()
    const options = { signal: "signal" as unknown as AbortSignal }
    assert.ok(await rejection(readable.pipeTo(writable, options)) instanceof TypeError)
    assert.deepEqual([readable.locked, writable.locked], [false, false])
    assert.equal(seen.socket.stats().acceptedBytes, 0)
    await readable.pipeTo(writable)
    assert.equal(movedBytes(seen.socket.stats()), 4)
  })
})

test("bytes that were read before are not sent again, whichever reader read them", async () => {
  await relaying(async ({ source, readable, writable, seen }) => {
    source.end(contents)
    const byob = readable.getReader({ mode: "byob" })
    const { value } = await byob.read(new Uint8Array(1000))
    byob.releaseLock()
    const reader = readable.getReader()
    const next = await reader.read()
    reader.releaseLock()
    const from = (value?.byteLength ?? 0) + (next.value?.byteLength ?? 0)
    assert.ok(from > 1000)
    await readable.pipeTo(writable)
    assert.equal(await seen.ended, "fin")
    assert.equal(sumOf(seen), sha256(contents.subarray(from)))
  })
})

test("bytes that wait in the stream go first, even if their reader left before they came", async () => {
  await relaying(async ({ source, readable, writable, seen }) => {
    await aWhile()
    const reader = readable.getReader()
    reader.read().catch(() => {})
    reader.releaseLock()
    const piping = readable.pipeTo(writable)
    source.end(contents)
    await piping
    assert.equal(await seen.ended, "fin")
    assert.equal(sumOf(seen), sha256(contents))
  })
})

test("piped bytes go after earlier writes and before later ones", async () => {
  await relaying(async ({ source, readable, writable, seen }) => {
    const writer = writable.getWriter()
    const [before, after] = [pattern(6_000_000, 7), pattern(100_000, 8)]
    const sum = sumOfAll(before, contents, after)
    writer.write(before).catch(() => {})
    writer.releaseLock()
    source.end(contents)
    await readable.pipeTo(writable, { preventClose: true })
    await streamOf([after]).pipeTo(writable)
    assert.equal(await seen.ended, "fin")
    assert.equal(sumOf(seen), sum)
  })
})

// abort

for (const preventAbort of [false, true]) {
  for (const preventCancel of [false, true]) {
    for (const when of ["before", "while nothing comes", "while nothing is taken"]) {
      // The standard's own pipe waits for what was written.
      const alone = when === "while nothing is taken" ? needsLibc : {}
      test(
        `a signal aborted ${when}: preventAbort ${preventAbort}, preventCancel ${preventCancel}`,
        alone,
        async () => {
          await relaying(async ({ source, readable, writable, seen }) => {
            const reason = { why: "enough" }
            const abort = new AbortController()
            const { signal } = abort
            if (when === "before") abort.abort(reason)
            seen.peer.pause()
            const stalls = when === "while nothing is taken"
            if (stalls) source.end(large)
            const options = { preventAbort, preventCancel, signal }
            const piping = rejection(readable.pipeTo(writable, options))
            // The pipe ends although the peer takes nothing, or the source sends nothing.
            while (stalls && seen.socket.stats().refusals === 0) await aWhile()
            if (when === "while nothing comes") await aWhile()
            abort.abort(reason)
            assert.equal(await piping, reason)
            if (!stalls) source.end(large)
            const { acceptedBytes } = seen.socket.stats()
            assert.equal(acceptedBytes > 0, stalls)
            seen.peer.resume()
            if (!preventAbort) {
              assert.equal(await seen.ended, "reset")
              assert.equal(await rejection(writable.getWriter().closed), reason)
            } else if (preventCancel) {
              assert.equal(seen.over, false)
              await readable.pipeTo(writable)
              assert.equal(await seen.ended, "fin")
              assert.equal(sumOf(seen), sha256(large))
            } else {
              await streamOf([chunk("two")]).pipeTo(writable)
              assert.equal(await seen.ended, "fin")
              assert.equal(seen.text.length, acceptedBytes + 3)
            }
            if (preventCancel && !preventAbort) {
              assert.equal(
                sha256(await everything(readable)),
                sha256(large.subarray(acceptedBytes)),
              )
            }
          })
        },
      )
    }
  }
}

test("a pipe that is stopped repeatedly loses no byte and repeats none", async () => {
  await relaying(async ({ source, readable, writable, seen }) => {
    source.end(large)
    for (let i = 0; i < 30; i++) {
      const abort = new AbortController()
      const options = { preventAbort: true, preventCancel: true, signal: abort.signal }
      const piping = readable.pipeTo(writable, options).catch((reason) => reason)
      if (i % 3 === 0) await aWhile()
      else for (let turn = 0; turn < i; turn++) await new Promise((run) => setTimeout(run, 0))
      abort.abort("again")
      if (await piping === undefined) break
      if (i % 5 === 4) {
        // The program reads some bytes and passes them on itself.
        const reader = readable.getReader()
        const { value } = await reader.read()
        reader.releaseLock()
        const writer = writable.getWriter()
        if (value !== undefined) await writer.write(value)
        writer.releaseLock()
      }
    }
    await readable.pipeTo(writable).catch(() => {})
    assert.equal(await seen.ended, "fin")
    assert.equal(sumOf(seen), sha256(large))
  })
})

test("a signal that is aborted after the end changes nothing", async () => {
  await relaying(async ({ source, readable, writable, seen }) => {
    const abort = new AbortController()
    source.end(contents)
    await readable.pipeTo(writable, { signal: abort.signal })
    abort.abort()
    assert.equal(await seen.ended, "fin")
    assert.equal(sumOf(seen), sha256(contents))
  })
})

test("no pipe of the kernel stays open, however pipeTo ends", async () => {
  // The runtime has pipes of its own, which it opens on demand.
  let before: number | undefined
  for (let i = 0; i < 3; i++) {
    for (const end of ["fin", "signal", "reset", "lost"]) {
      await relaying(async ({ source, readable, writable, seen }) => {
        const abort = new AbortController()
        const piping = readable.pipeTo(writable, { signal: abort.signal }).catch(() => {})
        source.write("some")
        await arrives(seen, "some")
        if (end === "fin") source.end()
        if (end === "signal") abort.abort()
        if (end === "reset") source.resetAndDestroy()
        if (end === "lost") seen.peer.resetAndDestroy()
        await piping
      })
    }
    before ??= openPipes()
  }
  assert.equal(openPipes(), before)
})

const sumOf = (seen: Seen): string => sha256(Buffer.from(seen.text, "latin1"))

const sumOfAll = (...parts: Uint8Array[]): string => sha256(joined(parts))

async function everything(readable: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of readable) parts.push(part)
  return joined(parts)
}

/** The number of pipe ends that this process has open. */
const openPipes = (): number =>
  descriptors().filter(({ target }) => target.startsWith("pipe:")).length
