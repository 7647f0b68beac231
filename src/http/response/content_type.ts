import { isUtf8 } from "node:buffer"

/**
 * The type of a body whose response has none. Bun gives a string its type only when its own server sends it,
 * and by then nobody can tell it from bytes. So what can be text counts as text, wherever it came from:
 * without a type, a browser might take it for a page.
 */
export const typeOf = (body: string | Uint8Array): string =>
  typeof body === "string" || isUtf8(body) && !body.includes(0)
    ? "text/plain;charset=utf-8"
    : "application/octet-stream"
