/**
 * Reads the first bytes of a file by several streams, drops them, and waits until the file is open no
 * more. Run by `dropped_file_test.ts`.
 *
 * @module
 */
import { readdirSync, readlinkSync } from "node:fs"
import process from "node:process"
import { setTimeout as sleep } from "node:timers/promises"
import { fileStream } from "../../src/mod.ts"
import { collect } from "./child.ts"

const [path] = process.argv.slice(2)

for (let i = 0; i < 20; i++) await readFirst()
while (readdirSync("/proc/self/fd").some(isIt)) {
  collect()
  await sleep(1)
}
process.stdout.write("closed\n")

async function readFirst(): Promise<void> {
  const reader = fileStream(path).getReader()
  await reader.read()
}

function isIt(fd: string): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`) === path
  } catch {
    // The one that the listing itself was read from.
    return false
  }
}
