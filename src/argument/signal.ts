import { show } from "./show.ts"

/**
 * Refuses values that are not an AbortSignal. A signal of another realm is fine, and so is a stand-in
 * with the same methods.
 *
 * @throws {TypeError}
 */
export function checkSignal(action: string, value: unknown): void {
  if (value === undefined || isSignal(value)) return
  const inside = typeof value === "object" && value !== null && "signal" in value &&
    isSignal(value.signal)
  const cure = inside ? "Pass its `signal`" : "Pass the `signal` of an AbortController"
  throw new TypeError(
    `Cannot ${action}: signal must be an AbortSignal, not ${show(value)}. ${cure}`,
  )
}

function isSignal(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false
  const { aborted, addEventListener, removeEventListener } = value as Record<string, unknown>
  return typeof aborted === "boolean" && typeof addEventListener === "function" &&
    typeof removeEventListener === "function"
}
