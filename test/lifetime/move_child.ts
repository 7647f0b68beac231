/**
 * Lets a courier that does not end move memory to huge pages, drops the memory, and runs the collector.
 * Prints whether the memory existed during the move and after it. Run by `move_test.ts`.
 *
 * @module
 */
import process from "node:process"
import { setTimeout as sleep } from "node:timers/promises"
import { HugePages } from "../../src/memory/huge_pages.ts"
import type { CourierJob } from "../../src/threads/courier_pool.ts"
import { collect } from "./child.ts"

const bytes = 2 * 1024 * 1024
let finish = (): void => {}
const job: CourierJob = {
  // It has only an address, like a runtime's helper thread.
  courier: {
    send() {},
    sendFile() {},
    relay() {},
    stopRelay() {},
    collapse: (_m, _o, _l, done) => finish = () => done(0),
    close() {},
  },
  vector: { capacity: 0, set() {}, clear() {} },
}
const pages = new HugePages({ take: () => job, giveBack() {} })

function begin(): WeakRef<ArrayBuffer> {
  const buffer = new ArrayBuffer(bytes)
  if (!pages.move({ buffer }, 0, bytes, () => {})) throw new Error("The move has not begun")
  return new WeakRef(buffer)
}

const memory = begin()
const isThere = async (): Promise<boolean> => {
  for (let i = 0; i < 20; i++) {
    await sleep(5)
    collect()
  }
  return memory.deref() !== undefined
}
const during = await isThere()
finish()
finish = () => {}
process.stdout.write(JSON.stringify({ during, after: await isThere() }) + "\n")
