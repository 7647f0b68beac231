/**
 * A value as a message shows it. Strings are quoted, so that "80" differs from 80. Objects are shown by
 * type only, because their contents may be long or secret.
 */
export function show(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.length > longest ? `${value.slice(0, longest)}…` : value)
    case "bigint":
      return `${value}n`
    case "function":
      return "a function"
    case "object":
      return value === null ? "null" : withArticle(typeName(value))
    default:
      return String(value)
  }
}

/** The name of a value's type: `string`, `null`, `Uint16Array`, … */
export function typeName(value: unknown): string {
  if (value === null) return "null"
  if (typeof value !== "object") return typeof value
  try {
    const name: unknown = value.constructor?.name
    return typeof name === "string" && name !== "" ? name : "object"
  } catch {
    // A getter or a proxy that throws.
    return "object"
  }
}

/** The error for the value of an option: `Cannot use threshold "16": it must be a number`. */
export function cannotUse(name: string, value: unknown, wanted: string): TypeError {
  const shown = show(value)
  const isObject = value !== null && typeof value === "object" || typeof value === "function"
  return new TypeError(
    `Cannot use ${name} ${isObject ? `(${shown})` : shown}: it must be ${wanted}`,
  )
}

/** The message of an error of any realm, or the thrown value as text. */
export function messageOf(thrown: unknown): string {
  const message: unknown = (thrown as { readonly message?: unknown } | null | undefined)?.message
  return typeof message === "string" ? message : String(thrown)
}

/** The cure for a promise that was passed without awaiting it. */
export const awaitInstead = (value: unknown): string | undefined =>
  typeName(value) === "Promise" ? "Await it first" : undefined

function withArticle(name: string): string {
  if (name === "Object" || name === "object") return "an object"
  if (name === "Array") return "an array"
  return `${/^[AEIO]/.test(name) ? "an" : "a"} ${name}`
}

const longest = 60
