import assert from "node:assert/strict"
import { test } from "node:test"
import { linuxKernel } from "../../src/kernel/mod.ts"
import type { DenoFfi } from "../../ffi/runtime/deno/namespace.ts"

const { Deno: deno } = globalThis as unknown as { readonly Deno?: DenoFfi }

// Each opening is a resource of the process, until it ends.
if (deno !== undefined) {
  test("Deno: only the first poller or courier opens the library", async () => {
    const kernel = linuxKernel()
    const use = async () => {
      const poller = kernel.poller(() => {})
      poller.park()
      await poller.close()
      kernel.courier().close()
    }
    await use()
    const { dlopen } = deno
    const opened: unknown[] = []
    deno.dlopen = (name, symbols) => (opened.push(name), dlopen.call(deno, name, symbols))
    try {
      await use()
    } finally {
      deno.dlopen = dlopen
    }
    assert.deepEqual(opened, [])
  })
}
