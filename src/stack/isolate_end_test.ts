import assert from "node:assert/strict"
import { test } from "node:test"
import { errno, type IsolateEnd, type Kernel } from "../kernel/port.ts"
import type { Reactor } from "../reactor/mod.ts"
import { endAll, type OpenConnection } from "./isolate_end.ts"

const reset = ["disconnect", "stop"]

test("at the end of the process a connection is reset if bytes would be lost, and otherwise left to the kernel", () => {
  assert.deepEqual(end("process", { holdsUnsent: true }), reset)
  assert.deepEqual(end("process", {}), [])
  assert.deepEqual(end("process", { writingEnded: true }), [])
  assert.deepEqual(end("process", { failed: true, holdsUnsent: true }), [])
})

for (const isolateEnd of ["thread", "restart"] as const) {
  const rest = ["abandon", "closeAll"]

  test(`before the process (${isolateEnd}), a connection is reset unless its writing was ended`, () => {
    assert.deepEqual(end(isolateEnd, {}), [...reset, "finish", ...rest])
    assert.deepEqual(end(isolateEnd, { holdsUnsent: true }), [...reset, "finish", ...rest])
    assert.deepEqual(end(isolateEnd, { writingEnded: true }), ["finish", ...rest])
    assert.deepEqual(end(isolateEnd, { failed: true }), ["finish", ...rest])
  })
}

test("if the kernel refuses a reset while a thread waits, it is asked again when none does", () => {
  const answers = [-errno.EBUSY, -errno.EBUSY, 0]
  assert.deepEqual(end("process", { holdsUnsent: true }, () => answers.shift() ?? 0), [
    ...["disconnect", "abandonSends", "disconnect", "disconnect", "stop"],
  ])
})

/** The calls that are made when an isolate with this one connection ends. */
function end(
  isolateEnd: IsolateEnd,
  given: Partial<OpenConnection>,
  disconnect: () => number = () => 0,
): readonly string[] {
  const calls: string[] = []
  const note = (name: string, answer: () => number = () => 0) => () => {
    calls.push(name)
    return answer()
  }
  const connection: OpenConnection = {
    fd: 3,
    failed: false,
    writingEnded: false,
    holdsUnsent: false,
    stop: note("stop"),
    finish: note("finish"),
    ...given,
  }
  const kernel = {
    isolateEnd,
    disconnect: note("disconnect", disconnect),
    abandonSends: note("abandonSends"),
    closeAll: note("closeAll"),
  } as Partial<Kernel> as Kernel
  const reactor = { abandon: note("abandon") } as Partial<Reactor> as Reactor
  endAll({ kernel, reactor, open: new Set([connection]) })
  return calls
}
