/** What a class of this package tells other copies of the package. */
export interface Mark {
  /** The name of the class. */
  readonly name: string
  /** Where its copy was loaded from. */
  readonly from: string
}

/**
 * Marks a class, so that another copy of this package in the process recognises its instances. Only their
 * own copy can reach their private members.
 */
export function mark(type: { readonly prototype: object }, name: string): void {
  const value: Mark = { name, from: import.meta.url }
  own.add(value)
  Object.defineProperty(type.prototype, key, { value })
}

/** The mark of the class of `value`, whichever copy it belongs to. */
export function markOf(value: unknown): Mark | undefined {
  if (typeof value !== "object" || value === null) return undefined
  return (value as Readonly<Record<symbol, Mark | undefined>>)[key]
}

/** The same, if the class belongs to another copy. */
export function foreignMarkOf(value: unknown): Mark | undefined {
  const found = markOf(value)
  return found === undefined || own.has(found) ? undefined : found
}

/** The part of a message about an instance that belongs to another copy. */
export const twoCopies = ({ name, from }: Mark): string =>
  `the ${name} belongs to another copy of zerowire, which was loaded from ${from}; this one is ` +
  `${import.meta.url}. Load one only: \`npm ls zerowire\` or \`deno info\` shows which package depends on which copy`

const key = Symbol.for("zerowire.copy")

/** A module that is loaded again from the same place is another copy, too. */
const own = new WeakSet<Mark>()
