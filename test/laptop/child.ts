/**
 * Uses the library where FFI opens nothing, and prints what came of it. Run by `laptop_test.ts`.
 *
 * @module
 */
import process from "node:process"

let opened = 0
const dlopen = () => {
  opened++
  throw new Error("there is no such library")
}
if ("Deno" in globalThis) {
  Object.defineProperty((globalThis as { Deno?: object }).Deno, "dlopen", { value: dlopen })
} else {
  const builtin = process.getBuiltinModule
  process.getBuiltinModule = ((name: string) =>
    name === "bun:ffi" ? { dlopen } : builtin(name)) as typeof builtin
}

const { connect, createSlab, listen, sendFile, takeOver } = await import("../../src/mod.ts")
const afterImport = opened
const [action] = process.argv.slice(2)

try {
  if (action === "none") await connect({ port: 9, fallback: "none" })
  if (action === "take over") {
    const { Socket } = await import("node:net")
    await takeOver(new Socket())
  }
  const listener = await listen({ hostname: "127.0.0.1", port: 0 })
  const before = opened
  const slab = createSlab({ slots: 1, slotBytes: 4096 })
  const client = await connect({ port: listener.addr.port })
  const server = await listener.accept()
  const lease = await slab.lease()
  lease.bytes.fill(7)
  await client.send(lease).released
  await sendFile(client, import.meta.filename ?? "", { end: 100 })
  await new Blob(["hello"]).stream().pipeTo(client.writable)
  const received = await new Response(server.readable).bytes()
  const report = await client.close()
  await server.close()
  listener.close()
  slab.close()
  const { copiedBytes, reasons, held } = client.stats()
  say({
    bytes: received.byteLength,
    copiedBytes,
    unsupported: reasons.unsupported,
    held,
    report,
    // The first call found that there is no libc. None after it tries again.
    opened: opened - before,
    afterImport: "Deno" in globalThis ? 0 : afterImport,
  })
} catch (failure) {
  const { message, reason } = failure as Error & { readonly reason?: { readonly _tag: string } }
  say({ message, reason: reason?._tag })
}

function say(result: unknown): void {
  process.stdout.write(`${JSON.stringify(result)}\n`)
}
