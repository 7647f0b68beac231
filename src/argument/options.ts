import { nearest } from "./nearest.ts"
import { show } from "./show.ts"
import { checkSignal } from "./signal.ts"

/** A table of options: one that has been added cannot be left out. */
export type Names<Name extends string> = Readonly<Record<Name, true>>

/**
 * A function that takes options, for messages: `Taker<keyof Options>`. It is not `Taker<Options>`,
 * because interfaces that differ only in optional members are compatible with each other.
 */
export interface Taker<Name extends string = never> {
  /** What it does; follows "Cannot". */
  readonly action: string
  /** A correct call. */
  readonly example: string
  /** The names of its options. */
  readonly names: Names<Name>
  /** What to do instead of using options that people expect but that do not exist. */
  readonly instead?: Readonly<Record<string, string>>
}

/**
 * Refuses options that are not an object, and every key that is not an option: otherwise a misspelled
 * option would silently keep its default.
 *
 * Inherited keys count, because they are read like the others. Methods and accessors of a class do not
 * count, and neither do symbols: libraries tag objects with them, and nobody misspells a name that way. A
 * key whose value is undefined is ignored.
 *
 * @throws {TypeError} with the option that was probably meant.
 */
export function checkOptions(taker: Taker, options: unknown): void {
  const { action, example, names } = taker
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new TypeError(
      `Cannot ${action}: options must be an object, not ${show(options)}. Call it as in ${example}`,
    )
  }
  const given = options as Readonly<Record<string, unknown>>
  for (const key in given) {
    if (Object.hasOwn(names, key) || given[key] === undefined || isEverywhere(given, key)) continue
    throw new TypeError(`Cannot ${action}: there is no option "${key}". ${cureFor(key, taker)}`)
  }
  if ("signal" in names) checkSignal(action, given.signal)
}

/** Whether some code has extended the prototype of all objects, which is none of our business. */
const isEverywhere = (options: object, key: string): boolean =>
  key in Object.prototype && !Object.hasOwn(options, key)

function cureFor(key: string, { names, instead = {} }: Taker): string {
  if (Object.hasOwn(instead, key)) return instead[key]
  const all = Object.keys(names)
  const meant = nearest(key, all)
  if (meant !== undefined) return `Did you mean "${meant}"?`
  return `The options are ${all.sort().map((name) => `"${name}"`).join(", ")}`
}
