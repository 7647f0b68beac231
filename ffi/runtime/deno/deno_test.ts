import assert from "node:assert/strict"
import { test } from "node:test"
import { nothingRelayed, type Relayed, type RelayJob } from "../relay_loop.ts"
import { denoBackend } from "./backend.ts"
import { DenoRelayThread } from "./relay_thread.ts"

test("a relay thread that cannot start moves nothing, however often it is asked", {
  timeout: 60_000,
}, async () => {
  const thread = new DenoRelayThread("/no/such/library.so")
  for (let i = 0; i < 2; i++) {
    const relayed = await new Promise<Relayed>((resolve) => thread.relay(job, resolve))
    assert.deepEqual(relayed, nothingRelayed)
  }
  thread.close()
})

for (const bytes of [0.5, 5000.5, NaN, Infinity]) {
  test(`${bytes} is no size, however often it is asked for`, () => {
    const backend = denoBackend()
    assert.equal(backend?.size(65_536), 65_536n)
    for (let i = 0; i < 2; i++) assert.throws(() => backend?.size(bytes), RangeError)
    assert.equal(backend?.size(65_536), 65_536n)
  })
}

const job: RelayJob = {
  ...{ from: -1, to: -1, readEnd: -1, writeEnd: -1, stop: -1, held: 0, most: 1 },
  ...{ idle: 1, longest: 1 },
}
