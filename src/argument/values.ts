import { cannotUse, show } from "./show.ts"

/**
 * Checks and returns `value`.
 *
 * @throws {TypeError} unless it is a finite number, at least `least`.
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
 * Checks and returns `value`, or returns `otherwise` if it is undefined.
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
