/**
 * Reads the first bytes of a file by several streams, drops them, and waits until the file is open no
 * more. Run by `dropped_file_test.ts`.
 *
 * @module
 */
import process from "node:process"
import { setTimeout as sleep } from "node:timers/promises"
import { fileStream } from "../../src/mod.ts"
import { isOpen } from "../descriptors.ts"
import { collect } from "./child.ts"

const [path] = process.argv.slice(2)

for (let i = 0; i < 20; i++) await readFirst()
while (isOpen(path)) {
  collect()
  await sleep(1)
}
process.stdout.write("closed\n")

async function readFirst(): Promise<void> {
  const reader = fileStream(path).getReader()
  await reader.read()
}
