/**
 * Connects to itself without the permission for FFI, and prints what came of it. Run in Deno by
 * `laptop_test.ts`.
 *
 * @module
 */
import process from "node:process"
import { connect, type ConnectOptions, listen } from "../../src/mod.ts"

const [action] = process.argv.slice(2)
const fallback: Pick<ConnectOptions, "fallback"> = action === "default"
  ? {}
  : { fallback: "runtime" }

try {
  const hostname = action === "denied" ? "127.0.0.2" : "127.0.0.1"
  const listener = await listen({ hostname, port: 0, ...fallback })
  const client = await connect({ port: listener.addr.port, ...fallback })
  const server = await listener.accept()
  await client.writable.getWriter().write(new Uint8Array(5))
  await server.readable.getReader().read()
  await server.abort()
  await client.abort()
  listener.close()
  say({ unsupported: client.stats().reasons.unsupported })
} catch (failure) {
  const { message, reason } = failure as Error & { readonly reason?: { readonly _tag: string } }
  say({ message, reason: reason?._tag })
}

function say(result: unknown): void {
  process.stdout.write(`${JSON.stringify(result)}\n`)
}
