import { awaitInstead, byteLengthOf, show } from "../argument/mod.ts"

/**
 * Refuses values that are not a ReadableStream. A stream of another realm or of a polyfill is fine,
 * because only its methods are used.
 *
 * @throws {TypeError}
 */
export function checkReadable(value: unknown): void {
  if (isObject(value) && "locked" in value && typeof value.getReader === "function") return
  throw new TypeError(
    `Cannot send from ${show(value)}: it is not a ReadableStream. ${cureFor(value)}`,
  )
}

function cureFor(value: unknown): string {
  if (byteLengthOf(value) !== undefined) return "Write bytes to `writable`"
  const promised = awaitInstead(value)
  if (promised !== undefined) return promised
  if (isObject(value)) {
    if (typeof value.stream === "function") return "Pass its stream()"
    if (isObject(value.body)) return "Send from its `body`"
    if (isObject(value.readable)) return "Send from its `readable`"
    if (typeof value.pipe === "function" && typeof value.read === "function") {
      return "Convert it with Readable.toWeb() from node:stream"
    }
    if (Symbol.asyncIterator in value || Symbol.iterator in value) {
      return "Convert it with ReadableStream.from()"
    }
  }
  return "Pass a ReadableStream of bytes"
}

const isObject = (value: unknown): value is Readonly<Record<PropertyKey, unknown>> =>
  typeof value === "object" && value !== null
