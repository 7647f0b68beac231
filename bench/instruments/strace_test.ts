import assert from "node:assert/strict"
import { existsSync, writeFileSync } from "node:fs"
import { test } from "node:test"
import { difference, parseSummary, traced } from "./strace.ts"

const summary = `    calls syscall
--------- ----------------
       16 mmap
     4096 sendmsg
        1 exit_group
--------- ----------------
     4113 total
`

test("the table is read by name, without its sum", () => {
  assert.deepEqual(parseSummary(summary), { mmap: 16, sendmsg: 4096, exit_group: 1 })
})

test("calls that a start makes are in both jobs, and go", () => {
  const start = { mmap: 16, sendmsg: 100, exit_group: 1 }
  assert.deepEqual(difference(parseSummary(summary), start), {
    ...{ mmap: 0, sendmsg: 3996, exit_group: 0 },
  })
})

test("a command is run under strace, which writes its table to a file that does not stay", () => {
  let table = ""
  const calls = traced(["a", "program"], (command) => {
    assert.equal(command[0], "strace")
    assert.deepEqual(command.slice(-3), ["--", "a", "program"])
    table = command[command.indexOf("-o") + 1]
    writeFileSync(table, summary)
  })
  assert.equal(calls.sendmsg, 4096)
  assert.ok(!existsSync(table))
})
