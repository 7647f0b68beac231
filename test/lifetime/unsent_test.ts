import assert from "node:assert/strict"
import { test } from "node:test"
import { listen, ZerowireError } from "../../src/mod.ts"
import { start } from "./child.ts"

// When a process ends, the kernel sends a FIN after the accepted bytes. The peer would believe that it
// has everything.

for (
  const how of [
    "exits with bytes queued",
    "exits with bytes gathered",
    "throws with bytes queued",
    "is killed with bytes queued",
  ]
) {
  test(`a process that ${how} resets its connection`, { timeout: 30_000 }, async () => {
    assert.equal((await seenOf(how)).end, "ECONNRESET")
  })
}

for (const how of ["exits when all was accepted", "exits when it has ended the stream"]) {
  test(`the bytes of a process that ${how} arrive, followed by a FIN`, {
    timeout: 30_000,
  }, async () => {
    assert.deepEqual(await seenOf(how), { bytes: 100_000, end: "FIN" })
  })
}

/** What the peer of an `unsent_child.ts` program receives. It does not read before the program has ended. */
async function seenOf(program: string): Promise<{ bytes: number; end: string }> {
  await using listener = await listen({ hostname: "127.0.0.1", port: 0 })
  const child = start("unsent_child.ts", program, String(listener.addr.port))
  await using peer = await listener.accept()
  await child.ended
  let bytes = 0
  try {
    for await (const part of peer.readable) bytes += part.byteLength
    return { bytes, end: "FIN" }
  } catch (failure) {
    const { reason } = failure as ZerowireError
    return { bytes, end: reason._tag === "ConnectionLost" ? reason.code : String(failure) }
  }
}
