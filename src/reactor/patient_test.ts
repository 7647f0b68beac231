import assert from "node:assert/strict"
import { test } from "node:test"
import type { Poller } from "../kernel/port.ts"
import { Patient } from "./patient.ts"

test("those who are patient when a pause begins are deferred, and the others no longer", () => {
  const { patient, poller, told } = make()
  patient.set(5, "long")
  patient.set(6, "short")
  patient.set(7, "any")
  patient.set(7, "none")
  assert.deepEqual(told, [])
  patient.settle(poller)
  assert.deepEqual(told.splice(0), ["5 true", "6 true"])
  patient.set(5, "none")
  patient.set(6, "any")
  patient.settle(poller)
  assert.deepEqual(told.splice(0), ["5 false"])
  patient.settle(poller)
  assert.deepEqual(told, [])
})

test("during a pause only who loses his patience is told at once", () => {
  const { patient, poller, told } = make()
  patient.set(5, "long")
  patient.settle(poller)
  told.length = 0
  patient.set(6, "long")
  for (const fd of [5, 6, 7]) patient.hurry(poller, fd)
  assert.deepEqual(told, [])
  patient.set(5, "none")
  for (const fd of [5, 5]) patient.hurry(poller, fd)
  assert.deepEqual(told, ["5 false"])
})

test("a number that is used again begins anew", () => {
  const { patient, poller, told } = make()
  patient.set(5, "long")
  patient.settle(poller)
  patient.remove(5)
  patient.settle(poller)
  assert.deepEqual(told.splice(0), ["5 true"])
  assert.deepEqual([patient.size, patient.senders], [0, 0])
  patient.set(5, "long")
  patient.settle(poller)
  assert.deepEqual(told, ["5 true"])
})

test("senders and readers are counted", () => {
  const { patient } = make()
  for (const [i, patience] of (["none", "short", "long", "any"] as const).entries()) {
    patient.set(i, patience)
  }
  assert.deepEqual([patient.size, patient.senders, patient.readers], [3, 2, 1])
})

function make(): { patient: Patient; poller: Poller; told: string[] } {
  const told: string[] = []
  const defer: Poller["defer"] = (fd, _tag, deferred) => void told.push(`${fd} ${deferred}`)
  return { patient: new Patient(), poller: { defer } as Poller, told }
}
