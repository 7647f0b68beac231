/** What a class of this package says of itself to other copies of the package. */
export interface Mark {
  /** The name of the class. */
  readonly name: string
  /** Where its copy was loaded from. */
  readonly from: string
}

/**
 * Marks a class, so that another copy of this package in the process recognises what is an instance of
 * it. What is private in that only its own copy can reach.
 */
export function mark(type: { readonly prototype: object }, name: string): void {
  const value: Mark = { name, from: import.meta.url }
  own.add(value)
  Object.defineProperty(type.prototype, key, { value })
}

/** The mark of the class of which `value` is an instance, in whichever copy. */
export function markOf(value: unknown): Mark | undefined {
  if (typeof value !== "object" || value === null) return undefined
  return (value as Readonly<Record<symbol, Mark | undefined>>)[key]
}

/** The same, if that is the class of another copy. */
export function foreignMarkOf(value: unknown): Mark | undefined {
  const found = markOf(value)
  return found === undefined || own.has(found) ? undefined : found
}

/** What a message says of an instance that belongs to another copy. */
export const twoCopies = ({ name, from }: Mark): string =>
  `the ${name} belongs to another copy of zerowire, which was loaded from ${from}; this one is ` +
  `${import.meta.url}. Load one only: \`npm ls zerowire\` or \`deno info\` tells who brings which`

const key = Symbol.for("zerowire.copy")

/** A module that is loaded anew from the same place is another copy, too. */
const own = new WeakSet<Mark>()
