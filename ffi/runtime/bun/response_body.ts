import process from "node:process"
import type { Fields, Peek } from "../peek.ts"

/**
 * Bun counts the bytes of a body in memory, beside those of the status text and the URL, which tells it from a
 * stream, and its promise for them is resolved at once.
 */
export function bunPeek(): Peek | undefined {
  const jsc = process.getBuiltinModule?.("bun:jsc") as Partial<Jsc> | undefined
  const sizeOf = jsc?.estimateShallowMemoryUsageOf
  const { peek, inspect } = (globalThis as { Bun?: Partial<Peeking> }).Bun ?? {}
  if (sizeOf === undefined || peek === undefined) return undefined
  const none = sizeOf(new Response(null))
  return {
    typed: false,
    fields: ({ headers }) => fieldsOf(headers),
    body(response) {
      // A response of `fetch` has both of these.
      const { statusText, url } = response
      if (sizeOf(response) <= none + statusText.length + url.length) return undefined
      if (response.bodyUsed) return undefined
      const bytes = peek(response.bytes())
      return bytes instanceof Uint8Array ? bytes as Uint8Array<ArrayBuffer> : undefined
    },
    file(response) {
      // A file always has a type. Looking at what is printed takes some 40 µs, and nothing else tells a file
      // from a stream, which would be read if it were asked for as a Blob.
      if (inspect === undefined || !response.headers.has("content-type")) return undefined
      if (!inspect(response, { depth: 0 }).includes("\n  bodyUsed: false,\n  FileRef (")) {
        return undefined
      }
      const file = peek(response.blob())
      return file instanceof Blob && "stat" in file ? file : undefined
    },
  }
}

/** To iterate over Headers takes longer than most of the rest of a small response. */
function fieldsOf(headers: BunHeaders): Fields {
  // A class of the program's may say something else.
  const own = headers.toJSON !== undefined && headers[Symbol.iterator] === iterator
  if (own && headers.count === 0) return noFields
  return own ? Object.entries(headers.toJSON?.() ?? {}).flatMap(fieldOf) : [...headers]
}

const fieldOf = ([name, value]: [string, string | readonly string[]]): Fields =>
  typeof value === "string" ? [[name, value]] : value.map((one) => [name, one])

const noFields: Fields = []
const iterator = Headers.prototype[Symbol.iterator]

/** What Bun's Headers have beside the standard. */
interface BunHeaders extends Iterable<[name: string, value: string]> {
  readonly count?: number
  toJSON?(): Record<string, string | readonly string[]>
}

/** The part of `bun:jsc` that is used here. */
interface Jsc {
  estimateShallowMemoryUsageOf(value: unknown): number
}

/** The part of `Bun` that is used here. */
interface Peeking {
  /** The value of a promise that is resolved; otherwise the promise. */
  peek(promise: Promise<unknown>): unknown
  /** What the console would print. */
  inspect(value: unknown, options: { readonly depth: number }): string
}
