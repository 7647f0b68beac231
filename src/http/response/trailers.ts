import { mayTrail } from "../parser/trailer_names.ts"
import { fieldLine } from "./head.ts"

/** Makes the fields that follow a body, once all of it was sent. */
export type MakeTrailers = () => HeadersInit | Promise<HeadersInit>

/**
 * The names that a response's `Trailer` header declares, as they are sent.
 *
 * @throws {TypeError} if one of them cannot be a trailer.
 */
export function declaredTrailers(headers: Headers): string | undefined {
  const names = namesIn(headers)
  for (const name of names) {
    if (/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name) && mayTrail(name)) continue
    throw new TypeError(`Cannot send the response: "${name}" cannot be a trailer`)
  }
  return names.length === 0 ? undefined : names.join(", ")
}

/**
 * The lines behind the last chunk of a response with these headers.
 *
 * @throws {TypeError} for a field that was not declared, or a value that no header can have.
 */
export async function trailerLines(headers: Headers, make: MakeTrailers): Promise<string> {
  const declared = new Set(namesIn(headers))
  let lines = ""
  for (const [name, value] of new Headers(await make())) {
    if (!declared.has(name)) {
      throw new TypeError(
        `Cannot send the trailer "${name}": the response's Trailer header does not declare it`,
      )
    }
    lines += fieldLine(name, value)
  }
  return lines
}

const namesIn = (headers: Headers): readonly string[] =>
  (headers.get("trailer") ?? "").toLowerCase().split(",").map((name) => name.trim())
    .filter((name) => name !== "")
