import { nearest } from "./nearest.ts"
import { show } from "./show.ts"
import { checkSignal } from "./signal.ts"

/** A table of options: one that has been added cannot be left out. */
export type Names<Name extends string> = Readonly<Record<Name, true>>

/**
 * A function that takes options, as far as messages need to know it: `Taker<keyof Options>`. Not
 * `Taker<Options>`, because interfaces that differ by optional members alone pass for each other.
 */
export interface Taker<Name extends string = never> {
  /** What it does, to follow "Cannot". */
  readonly action: string
  /** A call as it should look. */
  readonly example: string
  /** The options that it has. */
  readonly names: Names<Name>
  /** What to do instead, for options that people expect and that it does not have. */
  readonly instead?: Readonly<Record<string, string>>
}

/**
 * Refuses options that are not an object, and every key that is not an option: what is misspelled would
 * be taken for the default.
 *
 * What is inherited counts, because it is read like the rest; methods and accessors of a class do not,
 * and neither do symbols, by which libraries tag objects and nobody misspells a name. A key whose value
 * is undefined says nothing.
 *
 * @throws {TypeError} that names the option which was probably meant.
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

/** Whether somebody has extended the prototype of all objects, which is not about us. */
const isEverywhere = (options: object, key: string): boolean =>
  key in Object.prototype && !Object.hasOwn(options, key)

function cureFor(key: string, { names, instead = {} }: Taker): string {
  if (Object.hasOwn(instead, key)) return instead[key]
  const all = Object.keys(names)
  const meant = nearest(key, all)
  if (meant !== undefined) return `Did you mean "${meant}"?`
  return `The options are ${all.sort().map((name) => `"${name}"`).join(", ")}`
}
