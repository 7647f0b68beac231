import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import process from "node:process"
import { test } from "node:test"
import { text } from "node:stream/consumers"
import { fileURLToPath } from "node:url"
import { createSlab, ZerowireError } from "../../src/mod.ts"
import { simulate } from "../../src/testing.ts"
import { SendSlab } from "../../src/memory/send_slab.ts"

test("a protected slot arrives completely, and may be written to once it is released", async () => {
  assert.deepEqual(await outcome("in time"), { ended: "0", printed: "done\n" })
})

test("a write to a protected slot that comes too early ends the process at that place", async () => {
  const { ended, printed } = await outcome("too early")
  assert.equal(printed, "")
  assert.notEqual(ended, "0")
})

test("without pages to protect, creating a protected slab fails", () => {
  assert.throws(
    () => new SendSlab(simulate().kernel, { protect: true }),
    (failure) => failure instanceof ZerowireError && failure.reason._tag === "Unsupported",
  )
})

test("more protected slots than a process may have mappings are refused", () => {
  assert.throws(() => createSlab({ slotBytes: 4096, slots: 16_385, protect: true }), TypeError)
})

async function outcome(when: string): Promise<{ ended: string; printed: string }> {
  const program = fileURLToPath(new URL("./protect_child.ts", import.meta.url))
  const args = process.versions.bun === undefined ? ["run", "-A", "--no-check", program] : [program]
  const child = spawn(process.execPath, [...args, when], {
    // The crash is intended. By default Bun would send a crash report.
    env: { ...process.env, BUN_ENABLE_CRASH_REPORTING: "0" },
  })
  const printed = text(child.stdout)
  child.stderr.resume()
  const [code, signal] = await once(child, "close")
  return { ended: String(signal ?? code), printed: await printed }
}
