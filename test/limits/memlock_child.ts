/**
 * Sends a stream under this process's limits, and prints the result; with `blind`, without knowing the
 * limits. Run by `memlock_test.ts`.
 *
 * @module
 */
import process from "node:process"
import { linuxKernel } from "../../src/kernel/mod.ts"
import { errno, type Kernel } from "../../src/kernel/port.ts"
import { Stack } from "../../src/stack/stack.ts"
import { connectOn } from "../../src/tcp/open/connect_socket.ts"
import { listen } from "../../src/mod.ts"
import { pattern, patternHash } from "../lab/pattern.ts"
import { createHash } from "node:crypto"

const totalBytes = 40_000_000
const chunkBytes = 1_000_000
const kernel = linuxKernel()
let refused = 0
const own: Partial<Kernel> = {
  send(fd, vector, count, flags) {
    const n = kernel.send(fd, vector, count, flags)
    if (n === -errno.ENOBUFS) refused++
    return n
  },
  ...(process.argv[2] === "blind"
    ? { pinLimits: { memlockBytes: Infinity, optmemBytes: 1e9, machineBytes: 0 } }
    : {}),
}
const watched = new Proxy(kernel, {
  get(target, name) {
    const value = Reflect.get(own, name) ?? Reflect.get(target, name, target)
    return typeof value === "function" ? value.bind(target) : value
  },
})

const listener = await listen({ hostname: "127.0.0.1", port: 0 })
const stack = new Stack(watched, () => {})
const socket = await connectOn(() => stack, { port: listener.addr.port, zerocopy: "always" })
const peer = await listener.accept()
const hash = createHash("sha256")
const received = (async () => {
  for await (const bytes of peer.readable) hash.update(bytes)
})()
const writer = socket.writable.getWriter()
for (let at = 0; at < totalBytes; at += chunkBytes) {
  await writer.write(pattern(at, chunkBytes))
}
await writer.close()
await received
await Promise.all([socket.close(), peer.close()])
listener.close()
const { sends, reasons, zerocopy: { sends: zerocopySends } } = socket.stats()
process.stdout.write(
  JSON.stringify({
    ...{ sends, zerocopySends, refused, nobufs: reasons.nobufs, charged: stack.locked.used },
    ...{ memlock: String(kernel.pinLimits.memlockBytes) },
    whole: hash.digest("hex") === patternHash(totalBytes),
  }) + "\n",
)
