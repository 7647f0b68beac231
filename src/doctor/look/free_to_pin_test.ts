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
  const free = await freeToPin(changed(replaced), () => {})
  assert.deepEqual(seen.slice(0, 4), ["try", "sent", "released", "try"])
  assert.equal(free, memlockBytes)
})

test("bytes that never come back leave the number unknown", async () => {
  const real = linuxKernel()
  let tries = 0
  const kernel = changed({
    pinLimits: { ...real.pinLimits, memlockBytes },
    // Nothing fills the connection, so the try sends by mistake.
    send: (fd, vector, count, flags) =>
      (flags & sendFlags.zerocopy) === 0 ? -errno.EAGAIN : real.send(fd, vector, count, flags),
    readErrors: () => -errno.EAGAIN,
    connect: (fd, address) => (tries++, real.connect(fd, address)),
  })
  assert.equal(await freeToPin(kernel, () => {}), undefined)
  // The bytes of the first try would be missing from what another finds.
  assert.equal(tries, 1)
})

/** Linux's kernel with some of its calls replaced. */
function changed(replaced: Partial<Kernel>): Kernel {
  const real = linuxKernel()
  return new Proxy(real, {
    get(_, name) {
      if (name in replaced) return Reflect.get(replaced, name)
      const value: unknown = Reflect.get(real, name, real)
      return typeof value === "function" ? value.bind(real) : value
    },
  })
}

const memlockBytes = 1024 * 1024
