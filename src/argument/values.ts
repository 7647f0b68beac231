import { cannotUse, show } from "./show.ts"

/**
 * `value`, checked.
 *
 * @throws {TypeError} unless it is a finite number from `least` up.
 */
export function atLeast(name: string, value: number, least: number): number {
  if (Number.isFinite(value) && value >= least) return value
  throw cannotUse(name, value, `a finite number, ${least} or more`)
}

/** @throws {TypeError} unless it is a whole number from 1 to `most`. */
export function wholeNumber(name: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return
  throw cannotUse(name, value, `a whole number from 1 to ${most}`)
}

/**
 * `value`, checked, or `otherwise` when there is none.
 *
 * @throws {TypeError} unless it is one of `choices`.
 */
export function oneOf<T>(
  name: string,
  choices: readonly T[],
  value: T | undefined,
  otherwise: T,
): T {
  if (value === undefined) return otherwise
  if (choices.includes(value)) return value
  throw cannotUse(name, value, choices.map(show).join(" or "))
}
