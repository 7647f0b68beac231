import { test } from "node:test"
import fc from "fast-check"
import { anyRun } from "./plan.ts"
import { checkPromises, play } from "./stage.ts"

test(
  "whatever happens, memory comes back once and not too early, and no byte is wrong",
  { timeout: 300_000 },
  () =>
    fc.assert(
      fc.asyncProperty(anyRun(), async (run) => checkPromises(await play(run))),
      { numRuns: 200 },
    ),
)

test(
  "the same holds while couriers send for sockets with much queued",
  { timeout: 300_000 },
  () =>
    fc.assert(
      fc.asyncProperty(
        anyRun({ bytes: 4_000_000, steps: 12, sockets: 2, queues: true }),
        async (run) => checkPromises(await play(run)),
      ),
      { numRuns: 50 },
    ),
)

test(
  "when notifications lose their ids, memory without proof is never used again",
  { timeout: 300_000 },
  async (context) => {
    // Each quarantine says so, as it should.
    context.mock.method(console, "warn", () => {})
    await fc.assert(
      fc.asyncProperty(anyRun({ loses: true }), async (run) => checkPromises(await play(run))),
      { numRuns: 150 },
    )
  },
)
