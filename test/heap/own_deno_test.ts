import assert from "node:assert/strict"
import { test } from "node:test"
import { allocatedPerChunk } from "./allocated.ts"
import { startReceiver } from "./receiver.ts"
import { ways } from "./ways.ts"

for (const name of ["write", "pipeTo"]) {
  test(
    `${name} allocates none of Zerowire's objects for a chunk`,
    { timeout: 120_000 },
    async () => {
      await using receiver = await startReceiver()
      const own = (await allocatedPerChunk(ways[name], receiver.port)).filter((site) => site.own)
      const bytes = own.reduce((sum, site) => sum + site.bytes, 0)
      assert.ok(
        bytes < leastObject,
        `${bytes} bytes for a chunk: ${JSON.stringify(own.slice(0, 5))}`,
      )
    },
  )
}

/** A closure has more, and so has what it closes over; what waking up costs is shared by many chunks. */
const leastObject = 24
