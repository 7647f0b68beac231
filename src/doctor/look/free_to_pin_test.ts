import assert from "node:assert/strict"
import { test } from "node:test"
import { linuxKernel } from "../../kernel/mod.ts"
import { errno, type Kernel, sendFlags } from "../../kernel/port.ts"
import { freeToPin } from "./free_to_pin.ts"

test("what a try sends by mistake has come back before the next try", async () => {
  const real = linuxKernel()
  const seen: string[] = []
  const replaced: Partial<Kernel> = {
    pinLimits: { ...real.pinLimits, memlockBytes },
    send(fd, vector, count, flags) {
      const zerocopy = (flags & sendFlags.zerocopy) !== 0
      // As on a busy machine, where the peer makes room late: nothing fills the first connection.
      if (!zerocopy && !seen.includes("released")) return -errno.EAGAIN
      const n = real.send(fd, vector, count, flags)
      if (zerocopy && n > 0) seen.push("sent")
      return n
    },
    readErrors(fd, batch) {
      const n = real.readErrors(fd, batch)
      if (batch.count > 0) seen.push("released")
      return n
    },
    connect(fd, address) {
      seen.push("try")
      return real.connect(fd, address)
    },
  }
  const kernel = new Proxy(real, {
    get(_, name) {
      if (name in replaced) return Reflect.get(replaced, name)
      const value: unknown = Reflect.get(real, name, real)
      return typeof value === "function" ? value.bind(real) : value
    },
  })
  const free = await freeToPin(kernel, () => {})
  assert.deepEqual(seen.slice(0, 4), ["try", "sent", "released", "try"])
  assert.equal(free, memlockBytes)
})

const memlockBytes = 1024 * 1024
