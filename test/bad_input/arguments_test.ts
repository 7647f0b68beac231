/**
 * Wrong arguments: the message says what the function got, and what to do.
 *
 * @module
 */
import assert from "node:assert/strict"
import { Socket as NodeSocket } from "node:net"
import { Readable } from "node:stream"
import { test } from "node:test"
import { connect, createSlab, listen, Listener, sendFile, Socket, takeOver } from "../../src/mod.ts"
import { connected } from "../connected.ts"
import { pattern, receiveAll, sha256 } from "../plain_peer.ts"

/** The TypeError of a call that no type allows. Its message must contain all of `parts`. */
async function refuses(call: () => unknown, ...parts: readonly string[]): Promise<void> {
  let failure: unknown
  try {
    await call()
  } catch (thrown) {
    failure = thrown
  }
  assert.ok(failure instanceof TypeError, `${failure} is no TypeError`)
  for (const part of ["Cannot ", ...parts]) {
    assert.ok(failure.message.includes(part), failure.message)
  }
}

const notSockets: readonly [what: string, value: unknown, says: readonly string[]][] = [
  ["a path, with the socket behind it", "a.txt", [
    'got "a.txt" instead of a Socket',
    "sendFile(socket, ",
  ]],
  ["nothing", undefined, ["got undefined instead of a Socket"]],
  ["an object", {}, ["got an object instead of a Socket"]],
  ["a promise", Promise.resolve(), ["got a Promise instead", "Await it"]],
  ["a node:net Socket", new NodeSocket(), [
    "got a node:net Socket instead of a Socket of zerowire",
    "takeOver(socket)",
  ]],
]
for (const [what, value, says] of notSockets) {
  test(`sendFile to ${what} is refused`, async () => {
    await connected({}, async (socket) => {
      await refuses(
        () => sendFile(value as never, socket as never),
        "Cannot send a file: ",
        ...says,
      )
      assert.equal(socket.stats().acceptedBytes, 0)
    })
  })
}

test("a proxy for a socket is refused, with what to do", async () => {
  await connected({}, async (socket) => {
    await refuses(() => sendFile(new Proxy(socket, {}), "a.txt"), "proxy", "the Socket itself")
  })
})

const notPaths: readonly [what: string, value: unknown, says: string][] = [
  ["nothing", undefined, "got undefined instead of a path"],
  ["a number", 7, "got 7 instead of a path"],
  [
    "a socket",
    {},
    "got an object instead of a path or an open file. Call it as in sendFile(",
  ],
  [
    "a promise",
    Promise.resolve("a.txt"),
    "got a Promise instead of a path or an open file. Await it first",
  ],
  ["an empty text", "", 'by the path "": a path must not be empty'],
  ["a text with a zero byte", "a\0b", "contain a zero byte"],
]
for (const [what, value, says] of notPaths) {
  test(`sendFile of ${what} is refused`, async () => {
    await connected({}, (socket) => refuses(() => sendFile(socket, value as string), says))
  })
}

for (const [start, end] of [[5, 2], [-1, 2], [0, 1.5], ["0", 1], [NaN, undefined], [null, 1]]) {
  test(`sendFile of the bytes from ${JSON.stringify(start)} to ${end} is a RangeError`, async () => {
    await connected({}, async (socket) => {
      const range = { start, ...end === undefined ? {} : { end } } as { start: number }
      const shown = typeof start === "string" ? `"${start}"` : start
      await assert.rejects(sendFile(socket, "a.txt", range), {
        name: "RangeError",
        message: new RegExp(
          `^Cannot send bytes ${shown} to ${end ?? "the end"} of a file: start and`,
        ),
      })
    })
  })
}

const notStreams: readonly [what: string, value: unknown, says: readonly string[]][] = [
  ["a text", "text", ['"text": it is not a ReadableStream']],
  ["nothing", undefined, ["undefined: it is not a ReadableStream"]],
  ["bytes", new Uint8Array(3), ["a Uint8Array", "Write bytes to `writable`"]],
  ["a Response", new Response("text"), ["a Response", "its `body`"]],
  ["a Blob", new Blob(["text"]), ["a Blob", "its stream()"]],
  ["a Readable of Node", Readable.from(["text"]), ["Readable.toWeb()"]],
  ["an array", [1, 2], ["ReadableStream.from()"]],
  ["a promise", Promise.resolve(), ["a Promise", "Await it"]],
  ["something with a readable", { readable: new ReadableStream() }, ["its `readable`"]],
]
for (const [what, value, says] of notStreams) {
  test(`sendFrom ${what} is refused`, async () => {
    await connected(
      {},
      (socket) =>
        refuses(() => socket.sendFrom(value as ReadableStream), "Cannot send from ", ...says),
    )
  })
}

test("sendFrom a locked stream is refused, with what to do", async () => {
  const readable = new ReadableStream()
  readable.getReader()
  await connected({}, (socket) => refuses(() => socket.sendFrom(readable), "locked", "tee()"))
})

const notLeases: readonly [what: string, value: unknown, says: readonly string[]][] = [
  ["bytes", new Uint8Array(3), ["got a Uint8Array instead", "createSlab()", "`writable`"]],
  ["a text", "text", ['got "text" instead', "`writable`"]],
  ["nothing", undefined, [
    "got undefined instead",
    "leaseNow() returns undefined",
    "await lease()",
  ]],
  ["a promise", Promise.resolve(), ["got a Promise instead", "Await it"]],
]
for (const [what, value, says] of notLeases) {
  test(`send of ${what} is refused`, async () => {
    await connected(
      {},
      (socket) => refuses(() => socket.send(value as never), "Cannot send a lease: ", ...says),
    )
  })
}

test("a lease that was already sent or given back is refused, with the reason, whatever the length", async () => {
  using slab = createSlab({ slotBytes: 4096, slots: 2 })
  await connected({}, async (socket, peer) => {
    const received = receiveAll(peer)
    const sent = await slab.lease()
    sent.bytes.set(pattern(4096))
    const { released } = socket.send(sent)
    for (const length of [undefined, 0, 10]) {
      await refuses(() => socket.send(sent, length), "Cannot send a lease: it was already sent. ")
    }
    assert.throws(() => sent.giveBack(), /^Error: Cannot give back a lease: it was sent, /)
    const back = await slab.lease()
    back.giveBack()
    for (const length of [undefined, 0]) {
      await refuses(() => socket.send(back, length), "it was already sent or given back")
    }
    assert.throws(
      () => back.giveBack(),
      /Cannot give back a lease: it was already sent or given back/,
    )
    await released
    await socket.close()
    assert.equal(sha256(await received), sha256(pattern(4096)))
  })
})

for (const length of [-1, 4097, 1.5, NaN, "10", null]) {
  test(`a lease is not sent with a length of ${JSON.stringify(length)}, and stays its holder's`, async () => {
    using slab = createSlab({ slotBytes: 4096, slots: 1 })
    await connected({}, async (socket) => {
      const lease = await slab.lease()
      const shown = typeof length === "string" ? `"${length}"` : length
      assert.throws(() => socket.send(lease, length as number), {
        name: "RangeError",
        message: new RegExp(`^Cannot send ${shown} bytes of a lease of 4096: `),
      })
      assert.equal(lease.state, "writable")
      lease.giveBack()
      await socket.close()
    })
  })
}

test("writing after the end of writing is refused with what to do", async () => {
  using slab = createSlab({ slotBytes: 4096, slots: 1 })
  await connected({}, async (socket) => {
    await new Blob(["text"]).stream().pipeTo(socket.writable)
    const lease = await slab.lease()
    assert.throws(() => socket.send(lease), /closed for writing.*preventClose: true/)
    lease.giveBack()
  })
})

test("a listener that is closed is not called a socket", async () => {
  const listener = await listen({ hostname: "127.0.0.1", port: 0 })
  listener.close()
  await assert.rejects(listener.accept(), { message: "Cannot accept: the listener is closed" })
})

test("constructing a Socket or a Listener with new is refused, with what to call instead", () => {
  const make = (type: unknown, ...given: readonly unknown[]) =>
    new (type as new (...given: readonly unknown[]) => unknown)(...given)
  for (const given of [[], ["localhost", 80], [{ port: 80 }]]) {
    assert.throws(
      () => make(Socket, ...given),
      /^TypeError: Cannot construct a Socket.*connect\(\)/,
    )
    assert.throws(
      () => make(Listener, ...given),
      /^TypeError: Cannot construct a Listener.*listen\(\)/,
    )
  }
})

const notReceived: readonly [what: string, value: unknown, says: string][] = [
  ["bytes alone", new Uint8Array(3), "received (a Uint8Array): it must be an array of Uint8Arrays"],
  ["null", null, "received null: it must be an array"],
  ["texts", ["text"], 'received[0] "text": it must be a Uint8Array'],
  ["bytes that are gone", [detached()], "received[0]: its ArrayBuffer was detached"],
]
for (const [what, value, says] of notReceived) {
  test(`takeOver with ${what} for received is refused`, async () => {
    const socket = new NodeSocket()
    await refuses(() => takeOver(socket, { received: value as never }), says)
    socket.destroy()
  })
}

test("takeOver of a value that is not a socket says what it is", async () => {
  await refuses(() => takeOver(80 as never), "Cannot take over 80: it must be a Bun.Socket")
  await refuses(() => takeOver(Promise.resolve() as never), "a Promise", "Await it first")
})

test("an invalid signal is refused, such as a controller", async () => {
  const signal = new AbortController() as never
  const says = ["signal must be an AbortSignal, not an AbortController", "Pass its `signal`"]
  await refuses(() => connect({ port: 1, signal }), "Cannot connect: ", ...says)
  await connected({}, async (socket) => {
    await refuses(() => sendFile(socket, "a.txt", { signal }), ...says)
    await refuses(() => socket.sendFrom(new ReadableStream(), { signal }), ...says)
  })
  using slab = createSlab({ slots: 1 })
  await refuses(() => slab.lease(signal), "Cannot lease a slot: ", ...says)
})

for (const name of ["detach", "protect", "hugePages", "onViolation"]) {
  test(`createSlab refuses ${name}: "no"`, async () => {
    await refuses(() => createSlab({ [name]: "no" }), `Cannot use ${name} "no": it must be`)
  })
}

function detached(): Uint8Array {
  const bytes = new Uint8Array(3)
  bytes.buffer.transfer()
  return bytes
}
