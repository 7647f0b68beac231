/**
 * HTTP: files as functions from a Request to a Response, for `Bun.serve`, `Deno.serve` and any other
 * server of such functions.
 *
 * ```ts no-run
 * import { fileHandler } from "zerowire/http"
 *
 * export default { fetch: fileHandler("public") }
 * ```
 *
 * @module zerowire/http
 */
export * from "./http/files/mod.ts"
