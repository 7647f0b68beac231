/**
 * Whether `value` is a Uint8Array of any realm: `node:vm` and some test runners have classes of their
 * own. `instanceof` recognises the usual one first, because in Bun it costs a third of the other check.
 */
export const isUint8Array = (value: unknown): value is Uint8Array =>
  value instanceof Uint8Array || typedArrayName.call(value) === "Uint8Array"

/** Whether `value` is an ArrayBuffer of any realm, and not a SharedArrayBuffer. */
export const isArrayBuffer = (value: unknown): value is ArrayBuffer =>
  value instanceof ArrayBuffer ||
  !(value instanceof SharedArrayBuffer) && succeeds(() => arrayBufferLength.call(value))

/** The length of a Uint8Array in bytes; nothing for any other value, including a proxy for a Uint8Array. */
export function byteLengthOf(value: unknown): number | undefined {
  try {
    return isUint8Array(value) ? value.byteLength : undefined
  } catch {
    return undefined
  }
}

function succeeds(check: () => unknown): boolean {
  try {
    check()
    return true
  } catch {
    return false
  }
}

// Both getters check the object's internal slots, so its realm does not matter (ECMA-262, 23.2.3.38 and
// 25.1.6.1).
const typedArrayName = getterOf(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)
const arrayBufferLength = getterOf(ArrayBuffer.prototype, "byteLength")

function getterOf(prototype: object, name: PropertyKey): () => unknown {
  return Object.getOwnPropertyDescriptor(prototype, name)?.get as () => unknown
}
