import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { describe, test } from "node:test"
import { hugePageBytes, type Memory } from "../port.ts"
import { linuxKernel } from "./kernel.ts"
import { NativeMemory } from "../../../ffi/memory.ts"

const bytes = 8 * hugePageBytes

describe("a courier's collapse", () => {
  test("moves whole huge pages, and changes no byte", async () => {
    const kernel = linuxKernel()
    // A separate mapping, because a runtime's heap may already have huge pages.
    const mapping = kernel.map(1, bytes)
    assert.ok(typeof mapping !== "number")
    const [memory] = mapping.slots
    const content = new Uint32Array(memory.buffer)
    for (let i = 0; i < content.length; i++) content[i] = i
    const before = hugeBytesAt(memory)
    const n = await collapse(memory, 0, bytes)
    assert.ok(content.every((word, i) => word === i))
    // A kernel without them, or too fragmented for one, says so.
    if (n === 0) assert.ok(hugeBytesAt(memory) - before >= wholePages(memory))
    else assert.ok(n < 0)
    kernel.unmap(mapping)
  })

  test("does nothing if there is no whole huge page", async () => {
    const memory = linuxKernel().memoryOf(new ArrayBuffer(hugePageBytes))
    assert.equal(await collapse(memory, 4096, hugePageBytes - 4096), 0)
  })

  test("stops at the end of memory that has shrunk", async () => {
    const buffer = new ArrayBuffer(bytes, { maxByteLength: bytes })
    const memory = linuxKernel().memoryOf(buffer)
    buffer.resize(4096)
    assert.equal(await collapse(memory, 0, bytes), 0)
  })
})

async function collapse(memory: Memory, offset: number, length: number): Promise<number> {
  const courier = linuxKernel().courier()
  try {
    return await new Promise((resolve) => courier.collapse(memory, offset, length, resolve))
  } finally {
    courier.close()
  }
}

/** Bytes of whole huge pages in a memory. */
function wholePages(memory: Memory): number {
  const { start } = memory as NativeMemory
  const first = Math.ceil(start / hugePageBytes)
  return (Math.floor((start + memory.buffer.byteLength) / hugePageBytes) - first) * hugePageBytes
}

/** Bytes in huge pages of the mapping that a memory lies in (proc_pid_smaps(5), AnonHugePages). */
function hugeBytesAt(memory: Memory): number {
  const { start } = memory as NativeMemory
  const mappings = readFileSync("/proc/self/smaps", "utf8").split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)
  for (const mapping of mappings) {
    const [from, to] = mapping.split(" ", 1)[0].split("-").map((word) => parseInt(word, 16))
    if (from > start || start >= to) continue
    return Number(/^AnonHugePages: +(\d+) kB/m.exec(mapping)?.[1]) * 1024
  }
  throw new Error("The memory is in no mapping")
}
