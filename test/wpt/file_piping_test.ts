// The cases of streams/piping in web-platform-tests, run against `fileStream`: a file's stream is piped
// into a socket's writable, and the kernel sends the file. README.md lists all cases.
import assert from "node:assert/strict"
import { Buffer } from "node:buffer"
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { fileStream } from "../../src/mod.ts"
import { untilClosed } from "../descriptors.ts"
import { libcIsMissing, movedBytes, needsLibc } from "../libc.ts"
import { joined, pattern, sha256, streamOf } from "../plain_peer.ts"
import { aWhile, chunk, connected, rejection, type Seen, zerowireError } from "./connected.ts"

const folder = mkdtempSync(join(tmpdir(), "zerowire-piping-"))
after(() => rmSync(folder, { recursive: true }))

const contents = pattern(8_000_000)
const path = join(folder, "contents")
writeFileSync(path, contents)
/** More than a pair of sockets holds. */
const large = join(folder, "large")
writeFileSync(large, pattern(40_000_000))

const falsy = [undefined, null, false, 0, -0, NaN, ""]
const truthy = [true, "a", 1, Symbol("yes"), {}]
const naming = (value: unknown) => typeof value === "string" ? `"${value}"` : String(value)

// close-propagation-forward

test("the kernel sends the file, and its end is a FIN after everything", async () => {
  await connected(async (writable, seen) => {
    await fileStream(path).pipeTo(writable)
    assert.equal(await seen.ended, "fin")
    assert.equal(sumOf(seen), sha256(contents))
    const { fileBytes, copiedBytes, zerocopy } = seen.socket.stats()
    const [byKernel, byCopy] = libcIsMissing ? [0, contents.byteLength] : [contents.byteLength, 0]
    assert.deepEqual([fileBytes, copiedBytes, zerocopy.sends], [byKernel, byCopy, 0])
  })
  await untilClosed(path)
})

test("an empty range is a FIN at once, and so is a stream that was read to its end", async () => {
  for (const read of [false, true]) {
    await connected(async (writable, seen) => {
      const stream = fileStream(path, { start: 5, end: read ? 10 : 5 })
      if (read) {
        const reader = stream.getReader()
        while (!(await reader.read()).done);
        reader.releaseLock()
      }
      await stream.pipeTo(writable)
      assert.equal(await seen.ended, "fin")
      assert.equal(seen.text, "")
    })
  }
})

for (const preventClose of falsy) {
  test(`preventClose ${naming(preventClose)} lets the FIN be sent`, async () => {
    await connected(async (writable, seen) => {
      const options = { preventClose: preventClose as boolean }
      await fileStream(path, { end: 10 }).pipeTo(writable, options)
      assert.equal(await seen.ended, "fin")
      assert.equal(movedBytes(seen.socket.stats()), 10)
    })
  })
}

for (const preventClose of truthy) {
  test(`preventClose ${naming(preventClose)} keeps the socket open for more`, async () => {
    await connected(async (writable, seen) => {
      const options = { preventClose: preventClose as boolean }
      await fileStream(path, { end: 100_000 }).pipeTo(writable, options)
      await aWhile()
      assert.equal(seen.over, false)
      await streamOf([chunk("two")]).pipeTo(writable)
      assert.equal(await seen.ended, "fin")
      assert.equal(sumOf(seen), sumOfAll(contents.subarray(0, 100_000), chunk("two")))
    })
  })
}

// error-propagation-forward

for (const preventAbort of falsy) {
  test(`a file that cannot be read resets, with preventAbort ${naming(preventAbort)}`, async () => {
    await connected(async (writable, seen) => {
      const stream = fileStream(join(folder, "nothing"))
      const options = { preventAbort: preventAbort as boolean }
      const failure = await zerowireError(stream.pipeTo(writable, options))
      assert.ok(failure.reason._tag === "FileFailed" && failure.reason.code === "ENOENT")
      assert.equal(await seen.ended, "reset")
      assert.equal(await rejection(writable.getWriter().closed), failure)
      assert.equal(await rejection(stream.getReader().closed), failure)
    })
  })
}

for (const preventAbort of truthy) {
  test(`preventAbort ${naming(preventAbort)} keeps the socket open`, async () => {
    await connected(async (writable, seen) => {
      const stream = fileStream(path, { end: 8_000_001 })
      const options = { preventAbort: preventAbort as boolean }
      const failure = await zerowireError(stream.pipeTo(writable, options))
      assert.ok(failure.reason._tag === "FileFailed" && failure.reason.code === "PAST_END")
      assert.equal(seen.over, false)
      await streamOf([chunk("two")]).pipeTo(writable)
      assert.equal(await seen.ended, "fin")
      assert.equal(seen.text, "two")
    })
  })
}

for (const preventAbort of [false, true]) {
  test(`a file that shrinks on its way fails the pipe, preventAbort ${preventAbort}`, async () => {
    const shrinking = join(folder, "shrinking")
    writeFileSync(shrinking, pattern(40_000_000))
    await connected(async (writable, seen) => {
      seen.peer.pause()
      const stream = fileStream(shrinking)
      const piping = zerowireError(stream.pipeTo(writable, { preventAbort }))
      while (seen.socket.stats().refusals === 0) await aWhile()
      truncateSync(shrinking, 1000)
      seen.peer.resume()
      const failure = await piping
      assert.ok(failure.reason._tag === "FileFailed" && failure.reason.code === "SHRUNK")
      const { sentBytes, rangeBytes } = failure.reason
      assert.equal(rangeBytes, 40_000_000)
      // The standard's own pipe has read what it has yet to write.
      if (!libcIsMissing) assert.equal(sentBytes, seen.socket.stats().acceptedBytes)
      assert.equal(await rejection(stream.getReader().closed), failure)
      if (preventAbort) {
        // The socket keeps what was sent, and goes on.
        await streamOf([chunk("end")]).pipeTo(writable)
        assert.equal(await seen.ended, "fin")
        assert.equal(seen.text.length, sentBytes + 3)
      } else {
        assert.equal(await seen.ended, "reset")
      }
    })
    await untilClosed(shrinking)
  })
}

test("a file that failed for a reader who has left fails the pipe in the same way", async () => {
  const failing = join(folder, "failing")
  writeFileSync(failing, pattern(600_000))
  await connected(async (writable) => {
    const stream = fileStream(failing)
    const reader = stream.getReader()
    const { value } = await reader.read()
    truncateSync(failing, value?.byteLength)
    reader.read().catch(() => {})
    // The stream asks its source in a turn of its own, and no file is read within one.
    for (let i = 0; i < 20; i++) await Promise.resolve()
    reader.releaseLock()
    const { reason } = await zerowireError(stream.pipeTo(writable))
    assert.ok(reason._tag === "FileFailed" && reason.code === "SHRUNK", reason._tag)
  })
})

// error-propagation-backward

for (const preventCancel of [false, true]) {
  test(`a reset by the peer ends the pipe, preventCancel ${preventCancel}`, async () => {
    const stream = fileStream(large)
    await connected(async (writable, seen) => {
      seen.peer.pause()
      const piping = zerowireError(stream.pipeTo(writable, { preventCancel }))
      while (seen.socket.stats().refusals === 0) await aWhile()
      seen.peer.resetAndDestroy()
      assert.equal((await piping).reason._tag, "ConnectionLost")
      assert.equal(stream.locked || writable.locked, false)
    })
    const reader = stream.getReader()
    // The stream continues, or it was cancelled and is closed.
    assert.equal((await reader.read()).done, !preventCancel)
    await reader.cancel()
    await untilClosed(large)
  })
}

for (const preventCancel of [false, true]) {
  test(`a socket that had failed before, with preventCancel ${preventCancel}`, async () => {
    await connected(async (writable) => {
      const reason = new Error("before")
      await writable.abort(reason)
      const stream = fileStream(path, { end: 10 })
      assert.equal(await rejection(stream.pipeTo(writable, { preventCancel })), reason)
      assert.equal(stream.locked, false)
      const { value } = await stream.getReader().read()
      assert.equal(value?.byteLength ?? 0, preventCancel ? 10 : 0)
    })
  })
}

// close-propagation-backward

for (const preventCancel of [false, true]) {
  test(`a pipe into a writable that was closed, with preventCancel ${preventCancel}`, async () => {
    await connected(async (writable, seen) => {
      await writable.close()
      const stream = fileStream(path, { start: 0, end: 10 })
      assert.ok(await rejection(stream.pipeTo(writable, { preventCancel })) instanceof TypeError)
      assert.equal(await seen.ended, "fin")
      const { done } = await stream.getReader().read()
      assert.equal(done, !preventCancel)
    })
    await untilClosed(path)
  })
}

test("close() of the socket waits until the file was sent", async () => {
  await connected(async (writable, seen) => {
    const piping = fileStream(path).pipeTo(writable)
    const closing = seen.socket.close()
    await Promise.all([piping, closing])
    assert.equal(await seen.ended, "fin")
    assert.equal(sumOf(seen), sha256(contents))
  })
})

test("abort() of the socket ends the pipe", async () => {
  await connected(async (writable, seen) => {
    seen.peer.pause()
    const piping = zerowireError(fileStream(large).pipeTo(writable))
    while (seen.socket.stats().refusals === 0) await aWhile()
    await seen.socket.abort()
    assert.equal((await piping).reason._tag, "Aborted")
    assert.equal(seen.socket.stats().held, 0)
  })
  await untilClosed(large)
})

// flow-control

test("a file is sent no further than the peer reads", async () => {
  await connected(async (writable, seen) => {
    seen.peer.pause()
    const piping = fileStream(large).pipeTo(writable)
    const accepted = () => seen.socket.stats().acceptedBytes
    for (let before = -1; before !== accepted();) {
      before = accepted()
      await aWhile()
    }
    assert.ok(accepted() < 40_000_000)
    seen.peer.resume()
    await piping
    assert.equal(accepted(), 40_000_000)
  })
})

// general

test("both streams are locked while the pipe runs, and free afterwards", async () => {
  await connected(async (writable, seen) => {
    const stream = fileStream(path)
    const piping = stream.pipeTo(writable, { preventClose: true })
    assert.equal(stream.locked && writable.locked, true)
    assert.throws(() => stream.getReader(), TypeError)
    assert.throws(() => writable.getWriter(), TypeError)
    await assert.rejects(seen.socket.sendFile(path), /a pipeTo into this socket's writable/)
    await piping
    assert.equal(stream.locked || writable.locked, false)
    assert.equal(await stream.getReader().closed, undefined)
  })
})

test("a Response whose body was piped has bodyUsed set", async () => {
  await connected(async (writable, seen) => {
    const response = new Response(fileStream(path))
    await response.body?.pipeTo(writable)
    assert.equal(response.bodyUsed, true)
    assert.equal(movedBytes(seen.socket.stats()), contents.byteLength)
  })
})

test("a locked writable or stream is a TypeError, and nothing is sent", async () => {
  await connected(async (writable, seen) => {
    const writer = writable.getWriter()
    const stream = fileStream(path, { end: 4 })
    assert.ok(await rejection(stream.pipeTo(writable)) instanceof TypeError)
    assert.equal(stream.locked, false)
    writer.releaseLock()
    const reader = stream.getReader()
    assert.ok(await rejection(stream.pipeTo(writable)) instanceof TypeError)
    reader.releaseLock()
    for (const wrong of [undefined, null, {}, 7]) {
      assert.ok(await rejection(stream.pipeTo(wrong as never)) instanceof TypeError)
    }
    for (const signal of ["signal", 1, true, {}, null]) {
      const options = { signal: signal as unknown as AbortSignal }
      assert.ok(await rejection(stream.pipeTo(writable, options)) instanceof TypeError)
    }
    assert.ok(await rejection(stream.pipeTo(writable, 7 as never)) instanceof TypeError)
    assert.deepEqual([stream.locked, writable.locked], [false, false])
    assert.equal(seen.socket.stats().acceptedBytes, 0)
    await stream.pipeTo(writable, null as never)
    assert.equal(movedBytes(seen.socket.stats()), 4)
  })
})

test("each option is read once, in alphabetical order", async () => {
  await connected(async (writable) => {
    const asked: PropertyKey[] = []
    const options = new Proxy({}, {
      get: (_, name) => {
        asked.push(name)
      },
    })
    await fileStream(path, { end: 4 }).pipeTo(writable, options)
    assert.deepEqual(asked, ["preventAbort", "preventCancel", "preventClose", "signal"])
  })
})

test("bytes that were read before are not sent again, whichever reader read them", async () => {
  await connected(async (writable, seen) => {
    const stream = fileStream(path, { start: 100, end: 2_000_000 })
    const byob = stream.getReader({ mode: "byob" })
    const { value } = await byob.read(new Uint8Array(1000))
    byob.releaseLock()
    const reader = stream.getReader()
    const next = await reader.read()
    reader.releaseLock()
    const from = 100 + (value?.byteLength ?? 0) + (next.value?.byteLength ?? 0)
    assert.ok(from > 1100)
    await stream.pipeTo(writable)
    assert.equal(await seen.ended, "fin")
    assert.equal(sumOf(seen), sha256(contents.subarray(from, 2_000_000)))
    assert.equal(movedBytes(seen.socket.stats()), 2_000_000 - from)
  })
})

test("bytes that wait in the stream go first, even if their reader left before they came", async () => {
  await connected(async (writable, seen) => {
    const stream = fileStream(path, { end: 2_000_000 })
    // A stream starts in a later turn, and does not call its source earlier.
    await aWhile()
    const reader = stream.getReader()
    reader.read().catch(() => {})
    reader.releaseLock()
    await stream.pipeTo(writable)
    assert.equal(await seen.ended, "fin")
    assert.equal(sumOf(seen), sha256(contents.subarray(0, 2_000_000)))
  })
})

test("piped bytes go after earlier writes and before later ones", async () => {
  await connected(async (writable, seen) => {
    const writer = writable.getWriter()
    const [before, after] = [pattern(6_000_000, 7), pattern(100_000, 8)]
    const sum = sumOfAll(before, contents, contents, after)
    writer.write(before).catch(() => {})
    writer.releaseLock()
    await fileStream(path).pipeTo(writable, { preventClose: true })
    await seen.socket.sendFile(path)
    await streamOf([after]).pipeTo(writable)
    assert.equal(await seen.ended, "fin")
    assert.equal(sumOf(seen), sum)
  })
})

test("a file without a size arrives whole", async () => {
  await connected(async (writable, seen) => {
    await fileStream("/proc/version").pipeTo(writable)
    assert.equal(await seen.ended, "fin")
    assert.equal(seen.text, await new Response(fileStream("/proc/version")).text())
  })
})

// abort

for (const preventAbort of [false, true]) {
  for (const preventCancel of [false, true]) {
    for (const when of ["before", "while it runs"]) {
      // The standard's own pipe waits for what was written.
      const alone = when === "while it runs" ? needsLibc : {}
      test(
        `a signal aborted ${when}: preventAbort ${preventAbort}, preventCancel ${preventCancel}`,
        alone,
        async () => {
          const stream = fileStream(large)
          await connected(async (writable, seen) => {
            const reason = { why: "enough" }
            const abort = new AbortController()
            const { signal } = abort
            if (when === "before") abort.abort(reason)
            seen.peer.pause()
            const options = { preventAbort, preventCancel, signal }
            const piping = rejection(stream.pipeTo(writable, options))
            if (when !== "before") {
              // The pipe ends although the peer takes nothing.
              while (seen.socket.stats().refusals === 0) await aWhile()
              abort.abort(reason)
            }
            assert.equal(await piping, reason)
            const { acceptedBytes } = seen.socket.stats()
            assert.equal(acceptedBytes > 0, when !== "before")
            seen.peer.resume()
            if (!preventAbort) {
              assert.equal(await seen.ended, "reset")
              assert.equal(await rejection(writable.getWriter().closed), reason)
            } else if (preventCancel) {
              assert.equal(seen.over, false)
              await stream.pipeTo(writable)
              assert.equal(await seen.ended, "fin")
              assert.equal(sumOf(seen), sha256(pattern(40_000_000)))
            } else {
              await streamOf([chunk("two")]).pipeTo(writable)
              assert.equal(await seen.ended, "fin")
              assert.equal(seen.text.length, acceptedBytes + 3)
            }
          })
          const reader = stream.getReader()
          const { value } = await reader.read()
          await reader.cancel()
          // The stream can still be read.
          assert.equal(value !== undefined, preventCancel && !preventAbort)
          await untilClosed(large)
        },
      )
    }
  }
}

test("a signal that is aborted at once, while the file is being opened, sends nothing", async () => {
  await connected(async (writable, seen) => {
    const abort = new AbortController()
    const stream = fileStream(path)
    const options = { signal: abort.signal, preventAbort: true, preventCancel: true }
    const piping = rejection(stream.pipeTo(writable, options))
    abort.abort("no")
    assert.equal(await piping, "no")
    await aWhile()
    assert.equal(seen.socket.stats().acceptedBytes, 0)
    await stream.pipeTo(writable)
    assert.equal(await seen.ended, "fin")
    assert.equal(sumOf(seen), sha256(contents))
  })
})

test("a signal that is aborted after the end changes nothing", async () => {
  await connected(async (writable, seen) => {
    const abort = new AbortController()
    await fileStream(path).pipeTo(writable, { signal: abort.signal })
    abort.abort()
    assert.equal(await seen.ended, "fin")
    assert.equal(sumOf(seen), sha256(contents))
  })
})

const sumOf = (seen: Seen): string => sha256(Buffer.from(seen.text, "latin1"))

const sumOfAll = (...parts: Uint8Array[]): string => sha256(joined(parts))
