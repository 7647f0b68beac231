import assert from "node:assert/strict"
import { test } from "node:test"
import { fuzz } from "./fuzz.ts"
import { Oracle } from "./oracle.ts"

test(
  "no mutated request does harm, and the handler sees only what Node's parser accepts",
  { timeout: 120_000 },
  async () => {
    await using node = Oracle.node()
    const { complaints, handled, refused } = await fuzz({
      ...{ seed: 20_261_128, first: 0, bytes: 100_000, lanes: 100, oracles: [node] },
    })
    assert.deepEqual(complaints, [])
    assert.ok(handled > 100 && refused > 100, `${handled} handled, ${refused} refused`)
  },
)
