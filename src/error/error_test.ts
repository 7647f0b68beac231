import assert from "node:assert/strict"
import { test } from "node:test"
import { inspect } from "node:util"
import * as Effect from "effect/Effect"
import { errno } from "../kernel/port.ts"
import {
  Aborted,
  ConnectFailed,
  ConnectionLost,
  ListenFailed,
  LookupFailed,
  MemoryLost,
  PermissionDenied,
  type Reason,
  SocketClosed,
  TakeOverRefused,
  Unsupported,
  WaitFailed,
  ZerowireError,
} from "./mod.ts"

const progress = { acceptedBytes: 1000, unknownBytes: 300, unsentBytes: 70 }

const reasons: readonly Reason[] = [
  new LookupFailed("example.invalid", "ENOTFOUND"),
  new ConnectFailed("192.0.2.1:80", errno.ECONNREFUSED),
  new ConnectFailed("192.0.2.1:80", 77),
  new ListenFailed("0.0.0.0:80", errno.EADDRINUSE),
  new ListenFailed("0.0.0.0:80", 77),
  new ConnectionLost(errno.ECONNRESET, progress),
  new SocketClosed("send"),
  new SocketClosed("receive"),
  new SocketClosed("accept"),
  new Aborted(progress),
  new MemoryLost(progress),
  new PermissionDenied('Requires net access to "example.org:80"'),
  new TakeOverRefused("Cannot take over a Bun.Socket: it is closed"),
  new Unsupported("This is neither Bun nor Deno"),
  new WaitFailed("Cannot wait for sockets"),
]

test("the error has its reason's message, in the grammar of this project", () => {
  for (const reason of reasons) {
    const error = new ZerowireError(reason)
    assert.equal(error.message, reason.message)
    assert.equal(error._tag, "ZerowireError")
    assert.ok(error instanceof Error)
    // A capital letter, no full stop, and no undefined value.
    assert.match(error.message, /^[A-Z].*[^.]$/s)
    assert.doesNotMatch(error.message, /undefined|NaN|\[object/)
  }
})

test("the message has the numbers, and the name of the error", () => {
  const { message } = new ConnectionLost(errno.ECONNRESET, progress)
  for (const part of ["ECONNRESET", "1000", "300", "70"]) assert.ok(message.includes(part), part)
})

test("common errors name their cure, others only themselves", () => {
  assert.match(new ConnectFailed("a", errno.ECONNREFUSED).message, /Nothing listens there/)
  assert.match(new ListenFailed("a", errno.EADDRINUSE).message, /choose another/)
  assert.equal(new ConnectFailed("a:1", 77).message, "Cannot connect to a:1: errno 77")
})

test("a closed socket or listener is named, with what to do", () => {
  assert.match(new SocketClosed("send").message, /^Cannot send: the socket.*preventClose: true/)
  assert.match(new SocketClosed("receive").message, /^Cannot receive: the socket is closed\. Read/)
  assert.equal(new SocketClosed("accept").message, "Cannot accept: the listener is closed")
})

test("the cause is kept, and is missing if there is none", () => {
  const cause = new Error("cause")
  assert.equal(new ZerowireError(new SocketClosed("send"), cause).cause, cause)
  assert.equal(new ZerowireError(new SocketClosed("send")).cause, undefined)
})

test("it is printed with its message and its stack", () => {
  const error = new ZerowireError(new SocketClosed("send"))
  assert.match(
    inspect(error),
    /^ZerowireError: Cannot send: the socket is closed for writing\. .*\n *at .*error_test/,
  )
  assert.match(String(error), /Cannot send: the socket is closed/)
})

test("in Effect it can be yielded, and caught by its tag and its reason", async () => {
  const program = Effect.gen(function* () {
    return yield* new ZerowireError(new SocketClosed("send"))
  }).pipe(Effect.catchTag("ZerowireError", ({ reason }) => Effect.succeed(reason._tag)))
  assert.equal(await Effect.runPromise(program), "SocketClosed")
})
