import assert from "node:assert/strict"
import { test } from "node:test"
import { libc } from "../../../ffi/libc.ts"
import { linuxKernel } from "../../kernel/mod.ts"
import { errno, type Kernel } from "../../kernel/port.ts"
import { tryCalls } from "./calls.ts"
import { freeToPin } from "./free_to_pin.ts"

const options = { timeout: 60_000 }
const calls = [
  ...["socket", "setOption", "bind", "listen", "localAddress", "connect", "accept"],
  ...["send", "sendFile", "readErrors"],
] as const

for (const refused of [undefined, ...calls]) {
  test(
    `no file descriptor is left open if the kernel refuses ${refused ?? "nothing"}`,
    options,
    async () => {
      const { kernel, open } = refusing(refused)
      await tryCalls(kernel, libc(), () => {})
      assert.deepEqual([...open], [])
      const free = await freeToPin(kernel, () => {})
      assert.deepEqual([...open], [])
      // Whatever is refused, nobody claims to have seen what is free.
      const needed = calls.filter((name) => name !== "sendFile" && name !== "readErrors")
      if (needed.some((name) => name === refused)) assert.equal(free, undefined)
      else assert.notEqual(free, undefined)
    },
  )
}

test("no file descriptor is left open if the runtime permits no connection", options, async () => {
  const { kernel, open } = refusing(undefined)
  const forbid = () => {
    throw new Error("Not permitted")
  }
  const { send, sendfile } = await tryCalls(kernel, libc(), forbid)
  assert.deepEqual([send, sendfile, await freeToPin(kernel, forbid)], [
    undefined,
    undefined,
    undefined,
  ])
  assert.deepEqual([...open], [])
})

/** This kernel, which refuses one call as a sandbox does, and its open file descriptors. */
function refusing(refused: string | undefined) {
  const real = linuxKernel()
  const open = new Set<number>()
  const pinLimits = { ...real.pinLimits, memlockBytes: 1024 * 1024 }
  const kernel = new Proxy(real, {
    get(_, name) {
      if (name === "pinLimits") return pinLimits
      const value: unknown = Reflect.get(real, name, real)
      if (typeof value !== "function") return value
      return (...args: readonly unknown[]) => {
        if (name === refused) return name === "localAddress" ? undefined : -errno.EPERM
        const n = value.apply(real, args)
        if ((name === "socket" || name === "accept") && n >= 0) open.add(n)
        if (name === "close") open.delete(args[0] as number)
        return n
      }
    },
  }) as Kernel
  return { kernel, open }
}
