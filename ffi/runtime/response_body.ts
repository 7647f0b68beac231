/**
 * Finds a body that is a string or bytes without a stream: making a stream of it and reading that costs more
 * than all the rest of a small response.
 *
 * Each runtime has a way that works now. It is tried once, and if it does not give what is expected, bodies
 * are read as streams.
 *
 * @module
 */
import { bunPeek } from "./bun/response_body.ts"
import { denoPeek } from "./deno/response_body.ts"
import type { Peek } from "./peek.ts"

/** The way of this runtime. */
export function responsePeek(): Peek {
  if (found !== undefined) return found
  const peek = bunPeek() ?? denoPeek()
  return found = peek !== undefined && works(peek) ? peek : noPeek
}

let found: Peek | undefined

/** Reads every body as a stream. */
const noPeek: Peek = {
  body: () => undefined,
  file: () => undefined,
  fields: ({ headers }) => [...headers],
  typed: true,
}

/** Whether strings and bytes are found, with and without headers, and streams are left alone. */
function works(peek: Peek): boolean {
  const headers = { "x-long": "x".repeat(1000) }
  const text = "Grüße"
  const bytes = new TextEncoder().encode(text)
  const stream = new ReadableStream<Uint8Array>()
  try {
    const all = [new Response(text), new Response(text, { headers }), new Response(bytes)]
    return all.every((response) => {
      const body = peek.body(response)
      return (typeof body === "string" ? body : new TextDecoder().decode(body)) === text
    }) && fieldsAreFound(peek) && peek.body(new Response(null, { headers })) === undefined &&
      peek.body(new Response(stream, { headers })) === undefined && !stream.locked
  } catch {
    return false
  }
}

/** Whether fields are those of Headers, in any order, also after a change. */
function fieldsAreFound(peek: Peek): boolean {
  const text = new Response("text", { headers: { "X-One": "1", "x-two": " 2 " } })
  const twice = new Response(null, { headers: [["a", "1"], ["A", "2"], ["set-cookie", "b"]] })
  const changed = new Response("text")
  changed.headers.set("Content-Type", "text/html")
  changed.headers.append("Set-Cookie", "a")
  changed.headers.append("Set-Cookie", "b")
  return [text, twice, changed, new Response("text"), Response.json({})].every((response) => {
    const found = peek.fields(response).map(String).sort()
    return found.join("\n") === [...response.headers].map(String).sort().join("\n")
  })
}
