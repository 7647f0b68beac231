import assert from "node:assert/strict"
import { test } from "node:test"
import { Lanes, type Load } from "./lanes.ts"

/** Commands that run until they are told to end. */
function begun(lanes: Lanes, ...loads: readonly Load[]) {
  const running = new Map<number, () => void>()
  const done = loads.map((load, i) =>
    lanes.run(load, () => new Promise<void>((resolve) => running.set(i, resolve)))
  )
  const end = async (i: number) => {
    running.get(i)?.()
    running.delete(i)
    await done[i].catch(() => {})
  }
  return { end, now: async () => (await settled(), [...running.keys()].toSorted()) }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

test("as many run as there are lanes, and the next one when one of them ends", async () => {
  const { end, now } = begun(new Lanes(2), "light", "light", "light")
  assert.deepEqual(await now(), [0, 1])
  await end(1)
  assert.deepEqual(await now(), [0, 2])
})

test("steps come first, then what is heavy", async () => {
  const { end, now } = begun(new Lanes(1), "light", "light", "heavy", "step", "step")
  const order = []
  for (let running = await now(); running.length > 0; running = await now()) {
    order.push(...running)
    await end(running[0])
  }
  assert.deepEqual(order, [0, 3, 4, 2, 1])
})

test("two heavy ones never run together, and what is light runs beside one", async () => {
  const { end, now } = begun(new Lanes(3), "heavy", "heavy", "light")
  assert.deepEqual(await now(), [0, 2])
  await end(2)
  assert.deepEqual(await now(), [0])
  await end(0)
  assert.deepEqual(await now(), [1])
})

test("a task that fails leaves its lane to the next one", async () => {
  const lanes = new Lanes(1)
  const failing = lanes.run("heavy", () => Promise.reject(new Error("No")))
  const next = lanes.run("heavy", () => Promise.resolve("ran"))
  await assert.rejects(failing, /No/)
  assert.equal(await next, "ran")
})
