import assert from "node:assert/strict"
import { test } from "node:test"
import { foreignTicks, parseStat, stolenTicks } from "./foreign.ts"

const process = (pid: number, parent: number, ticks: number) => ({ pid, parent, ticks })

test("what the benchmark and its children take is not foreign", () => {
  const stats = [process(1, 0, 7), process(50, 1, 1000), process(51, 50, 1000)]
  assert.equal(foreignTicks([...stats, process(52, 51, 1000)], 50), 7)
})

test("what other programs take is foreign, those that started the benchmark among them", () => {
  assert.equal(foreignTicks([process(1, 0, 7), process(40, 1, 5), process(50, 40, 1000)], 50), 12)
})

test("what kernel threads take is not foreign", () => {
  assert.equal(foreignTicks([process(2, 0, 100), process(30, 2, 100), process(1, 0, 7)], 50), 7)
})

test("a program that has ended is counted with its parent", () => {
  // pid (name) state ppid pgrp session tty tpgid flags minflt cminflt majflt cmajflt utime stime …
  const line = "40 (a) b (c) S 1 40 40 0 -1 4194304 1 2 3 4 10 20 300 4000 20 0 1"
  assert.deepEqual(parseStat(line), process(40, 1, 4330))
})

test("a process that has just ended says nothing", () => {
  assert.equal(parseStat(""), undefined)
})

test("time that the host gave to other machines is read from the line of all CPUs", () => {
  assert.equal(stolenTicks("cpu  10 20 30 40 50 60 70 80 0 0\ncpu0 1 2 3 4 5 6 7 8 0 0\n"), 80)
})
