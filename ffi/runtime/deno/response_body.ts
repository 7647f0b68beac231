import type { Peek } from "../peek.ts"

/** Deno keeps the body of a response under a symbol, until somebody asks for a stream of it. */
export function denoPeek(): Peek | undefined {
  const symbols = Object.getOwnPropertySymbols(new Response("x"))
  const lazy = symbols.find(({ description }) => description === "lazy static body")
  const inner = symbols.find(({ description }) => description === "response")
  if (inner === undefined) return undefined
  const body: Peek["body"] = (response) => {
    if (response.bodyUsed) return undefined
    const own = response as unknown as Readonly<Record<symbol, unknown>>
    const first = lazy === undefined ? undefined : own[lazy]
    if (isStatic(first)) return first
    const kept = (own[inner] as Inner | undefined)?.body?.streamOrStatic
    return kept?.consumed === false && isStatic(kept.body) ? kept.body : undefined
  }
  // To iterate over Headers takes longer than all the rest of a small response.
  const fields: Peek["fields"] = (response) => {
    const { headers } = response
    // A class of the program's may say something else, and so may one object.
    if (Object.getPrototypeOf(response) !== Response.prototype) return [...headers]
    if (Object.hasOwn(response, "headers")) return [...headers]
    const list = (response as unknown as Readonly<Record<symbol, Inner>>)[inner].headerList
    const names = list.map(([name]) => name.toLowerCase())
    // Values under one name are joined, except some.
    if (hasTwice(names)) return [...headers]
    return list.map(([, value], i) => [names[i], value])
  }
  // The stream of a Deno.FsFile names only a resource of the runtime, which nobody else can look up.
  return { typed: true, body, file: () => undefined, fields }
}

const hasTwice = (names: readonly string[]): boolean =>
  names.length > 1 && new Set(names).size < names.length

interface Inner {
  readonly headerList: readonly (readonly [name: string, value: string])[]
  readonly body: { readonly streamOrStatic: { consumed?: boolean; body?: unknown } } | null
}

const isStatic = (body: unknown): body is string | Uint8Array<ArrayBuffer> =>
  typeof body === "string" || body instanceof Uint8Array
