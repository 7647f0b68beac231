import assert from "node:assert/strict"
import { test } from "node:test"
import { hold, sayTrouble } from "./contest.ts"
import { sampleCost } from "./cost_sample.ts"

const plan = { rounds: 2, tolerated: 0.1 }

test("a rival that fails its check is never measured, and the reason is told", async () => {
  const measured: string[] = []
  const standings = await hold({
    names: ["a", "b", "c"],
    check: (name) =>
      Promise.resolve(name === "b" ? "its bytes did not arrive unaltered" : undefined),
    measure(name) {
      measured.push(name)
      if (name === "c" && measured.length > 2) throw new Error("It broke")
      return sampleCost(2)
    },
  }, plan)
  assert.deepEqual(measured, ["a", "c", "a", "c"])
  assert.deepEqual(standings.rounds.map((round) => [...round.keys()]), [["a"], ["a"]])
  const lines: string[] = []
  sayTrouble(standings, (line) => lines.push(line))
  assert.deepEqual(lines, [
    "b has no row: its bytes did not arrive unaltered",
    "c has no row: It broke",
  ])
})
