/**
 * Does what `asked.ts` does, with `Bun.listen` or `Deno.listen`.
 *
 * Arguments: `handlers` or `streams`; Bun has no streams, and Deno no handlers but calls of its own.
 *
 * @module
 */
import process from "node:process"
import { response } from "./response.mjs"

const [way] = process.argv.slice(2)
const { Bun, Deno } = /** @type {any} */ (globalThis)
const at = { hostname: "127.0.0.1", port: 0 }
process.stdin.on("end", () => process.exit(0)).resume()
if (Bun !== undefined) {
  const { port } = Bun.listen({
    ...at,
    socket: { data: (/** @type {any} */ s) => s.write(response) },
  })
  process.stdout.write(`${port}\n`)
} else {
  const listener = Deno.listen(at)
  process.stdout.write(`${listener.addr.port}\n`)
  for await (const conn of listener) {
    conn.setNoDelay()
    const answering = way === "streams" ? stream(conn) : call(conn)
    answering.catch(() => {})
  }
}

/** @param {any} conn */
async function call(conn) {
  const bytes = new Uint8Array(64 * 1024)
  while (await conn.read(bytes) !== null) await conn.write(response)
  conn.close()
}

/** @param {any} conn */
async function stream(conn) {
  const writer = conn.writable.getWriter()
  for await (const _ of conn.readable) await writer.write(response)
}
