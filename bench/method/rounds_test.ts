import assert from "node:assert/strict"
import { test } from "node:test"
import { sampleCost } from "./cost_sample.ts"
import { rowsOf } from "./rows.ts"
import { isDisturbed, runRounds } from "./rounds.ts"
import { Status } from "./status.ts"

const cost = (cpu: number, foreignSeconds = 0) => sampleCost(cpu, { foreignSeconds })
const plan = { rounds: 3, tolerated: 0.1 }

test("rivals take turns, so that none runs twice in a row", async () => {
  const turns: string[] = []
  const measure = (name: string) => (turns.push(name), cost(1))
  await runRounds(["a", "b"], measure, plan)
  assert.equal(turns.join(""), "ababab")
})

test("a rival that is twice as dear by design is reported so, while the machine gets slower", async () => {
  let mood = 1
  const measure = (name: string) => {
    if (name === "ours") mood *= 1.5
    return cost(name === "ours" ? mood : 2 * mood)
  }
  const { rounds } = await runRounds(["ours", "slow"], measure, plan)
  const [, slow] = rowsOf(rounds, 1e9, ["ours"])
  assert.equal(slow.rival, "slow")
  assert.deepEqual(slow.ratios.ours, { median: 2, least: 2, most: 2 })
})

test("a round beside which other programs ran is thrown away, repeated and counted", async () => {
  let runs = 0
  const measure = () => cost(1, runs++ === 2 ? 1 : 0)
  const { rounds, disturbed, kept } = await runRounds(["a", "b"], measure, plan)
  assert.equal(runs, 8)
  assert.deepEqual([rounds.length, disturbed, kept], [3, 1, 0])
  assert.ok(rounds.every((round) => !isDisturbed(round, plan.tolerated)))
})

test("who runs in which round is told meanwhile, and that a round is thrown away", async () => {
  let told = ""
  let runs = 0
  const measure = () => cost(1, runs++ === 0 ? 1 : 0)
  await runRounds(["a"], measure, {
    ...{ rounds: 2, tolerated: 0.1 },
    status: new Status((text) => told += text),
  })
  const lines = told.split(/\r/).map((line) => line.replace("\x1b[K", ""))
  assert.deepEqual(lines, [
    "",
    "round 1 of 2: a",
    "round 1 of 2 is thrown away and made again, because other programs ran\n",
    "round 1 of 2: a",
    "round 2 of 2: a",
    "",
  ])
})

test("where other programs never stop, the rounds that count all the same are told", async () => {
  const { rounds, disturbed, kept } = await runRounds(["a"], () => cost(1, 1), plan)
  assert.deepEqual([rounds.length, disturbed, kept], [3, 3, 3])
})

test("a rival that fails in any round has no figures, and the others keep theirs", async () => {
  let runs = 0
  const measure = (name: string) => {
    if (name === "b" && ++runs === 2) throw new Error("It broke")
    return cost(1)
  }
  const { rounds, failed } = await runRounds(["a", "b", "c"], measure, plan)
  assert.deepEqual(rounds.map((round) => [...round.keys()].join("")), ["ac", "ac", "ac"])
  assert.deepEqual([...failed], [["b", "It broke"]])
  assert.deepEqual(rowsOf(rounds, 1e9, []).map(({ rival }) => rival), ["a", "c"])
})

test("when all rivals fail there are no rows, and it ends", async () => {
  const { rounds, failed } = await runRounds(["a"], () => cost(0), plan)
  assert.deepEqual(rowsOf(rounds, 1e9, []), [])
  assert.match(failed.get("a") ?? "", /send more bytes/)
})
