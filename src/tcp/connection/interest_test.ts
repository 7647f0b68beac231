import assert from "node:assert/strict"
import { test } from "node:test"
import type { Receiver } from "../receive/receiver.ts"
import type { SendQueue } from "../send/queue.ts"
import { patienceOf } from "./interest.ts"

test("who sends can wait, and who sends nothing cannot", () => {
  assert.equal(patienceOf(queue({ blocked: true }), receiver(), false), "long")
  assert.equal(patienceOf(queue({ calls: 1 }), receiver(), false), "long")
  assert.equal(patienceOf(queue({}), receiver(), false), "none")
  assert.equal(patienceOf(queue({}), receiver({ waiting: true, patient: true }), false), "none")
})

test("who also waits for bytes says how long these can wait, or gets short pauses", () => {
  const patience = (patient?: boolean) =>
    patienceOf(queue({ blocked: true }), receiver({ waiting: true, patient }), false)
  assert.equal(patience(), "short")
  assert.equal(patience(true), "long")
  assert.equal(patience(false), "none")
})

test("who closes needs no pause of its own unless it still sends", () => {
  const reading = receiver({ waiting: true })
  assert.equal(patienceOf(queue({}), reading, true), "any")
  assert.equal(patienceOf(queue({ blocked: true }), reading, true), "long")
})

const queue = ({ blocked = false, calls = 0 }): SendQueue =>
  ({ blocked, inFlight: { calls } }) as SendQueue

const receiver = (
  { waiting = false, patient }: { waiting?: boolean; patient?: boolean | undefined } = {},
): Receiver => ({ waiting, patient }) as Receiver
