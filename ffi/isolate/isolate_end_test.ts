import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import process from "node:process"
import { test } from "node:test"
import { backend as currentBackend } from "../runtime/select.ts"
import { commandLine } from "./command_line.ts"
import { isolateEndOf } from "./isolate_end.ts"
import { libraries } from "../libc.ts"

const backend = currentBackend()
const never = () => false
const always = () => true

test("an isolate ends with its thread, with a restart, or with its process", () => {
  assert.equal(isolateEndOf(true, [], never), "thread")
  assert.equal(isolateEndOf(true, undefined, always), "thread")
  assert.equal(isolateEndOf(false, [], always), "restart")
  assert.equal(isolateEndOf(false, [], never), "process")
})

test("if the command line cannot be read, a restart cannot be ruled out", () => {
  assert.equal(isolateEndOf(false, undefined, never), "restart")
})

test("the command line is that of the process, without the program's own arguments", () => {
  const all = readFileSync("/proc/self/cmdline", "utf8").split("\0").slice(0, -1)
  assert.deepEqual(commandLine(backend, libraries, 0), all)
  assert.deepEqual(commandLine(backend, libraries, 1), all.slice(0, -1))
})

test("the tests of this file run where nothing else follows in Bun, and in Deno a file may", () => {
  const expected = process.versions.bun === undefined ? "restart" : "process"
  assert.equal(backend.isolateEnd(libraries), expected)
})
