/**
 * A file by the runtime's own HTTP server: `Bun.serve` with `Bun.file`, `Deno.serve` with the file's stream.
 * Arguments: as of `measureServer`.
 *
 * @module
 */
import { statSync } from "node:fs"
import { measureServer } from "./served.mjs"

/** @type {any} */
const { Bun, Deno } = globalThis

await measureServer((file) => {
  const port = Deno === undefined ? inBun(file) : inDeno(file)
  return Promise.resolve({ port, path: "/file" })
})

/** @param {string} file */
function inBun(file) {
  return Bun.serve({ port: 0, fetch: () => new Response(Bun.file(file)) }).port
}

/** @param {string} file */
function inDeno(file) {
  // Without its length the body would go in the chunks of HTTP.
  const headers = { "content-length": String(statSync(file).size) }
  const handler = async () => new Response((await Deno.open(file)).readable, { headers })
  return Deno.serve({ port: 0, onListen() {} }, handler).addr.port
}
