/**
 * An HTTP/1.1 server whose handlers are functions from a Request to a Response, and whose large bodies are
 * sent without a copy; and files as such functions, for this server, `Bun.serve`, `Deno.serve` and others.
 *
 * ```ts no-run
 * import { fileHandler, serve } from "zerowire/http"
 *
 * serve({ port: 8080 }, fileHandler("public"))
 * ```
 *
 * @module zerowire/http
 */
export * from "./http/mod.ts"
