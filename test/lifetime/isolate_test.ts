import assert from "node:assert/strict"
import { describe, test } from "node:test"
import type { End, Outcome, Way } from "./isolate/task.ts"
import { start } from "./child.ts"

// The heap of an isolate is freed when it ends, and the memory's next owner may write to it while the
// kernel still sends from it.

/** A child runs all ways before the first test of a group is done. */
const patiently = { timeout: 180_000 }
const sending: readonly Way[] = ["chunks", "sendFrom", "leases", "courier", "relay"]

for (const end of ["throws", "closes", "exits", "is terminated"] as const) {
  describe(`when a Worker ${end}`, () => {
    let outcomes: Promise<Outcome[]> | undefined
    const outcome = async (way: Way) =>
      of(await (outcomes ??= outcomesOf(end, ...sending, "ended", "listener")), way)

    for (const way of sending) {
      test(
        `its connection is reset, and the peer received only its bytes (${way})`,
        patiently,
        async () => {
          const { foreign, end, left } = await outcome(way)
          assert.deepEqual({ foreign, end, left }, { foreign: 0, end: "ECONNRESET", left: [] })
        },
      )
    }

    test("a stream that it had ended arrives completely, with a FIN", patiently, async () => {
      const { bytes, foreign, end, left } = await outcome("ended")
      assert.deepEqual({ bytes, foreign, end, left }, {
        bytes: 100_000,
        foreign: 0,
        end: "FIN",
        left: [],
      })
    })

    test(
      "the connections that it had accepted are reset, and its port can be taken again",
      patiently,
      async () => {
        const { end, left, port } = await outcome("listener")
        assert.deepEqual({ end, left, port }, { end: "ECONNRESET", left: [], port: "taken again" })
      },
    )
  })
}

test(
  "what is in flight when a Worker is terminated stays what it was, whoever sends it on",
  patiently,
  async () => {
    const outcomes = await outcomesOf("is terminated", "held", ...sending)
    for (const way of sending) {
      const { bytes, foreign } = of(outcomes, way)
      assert.equal(foreign, 0, way)
      // Otherwise it was not sent after the end, and the test proves nothing.
      assert.ok(bytes > 1_000_000, `${way}: the peer got ${bytes} bytes`)
    }
  },
)

async function outcomesOf(end: End, ...ways: readonly (Way | "held")[]): Promise<Outcome[]> {
  const child = start("isolate/child.ts", end, ...ways)
  const outcomes: Outcome[] = []
  for (let line = await child.line(); line !== undefined; line = await child.line()) {
    outcomes.push(JSON.parse(line))
  }
  const { code, errors } = await child.ended
  assert.equal(code, 0, errors)
  return outcomes
}

function of(outcomes: readonly Outcome[], way: Way): Outcome {
  const found = outcomes.find((outcome) => outcome.way === way)
  assert.ok(found, `there is nothing of ${way}: ${JSON.stringify(outcomes)}`)
  return found
}
