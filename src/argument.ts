/**
 * What callers hand in: whether it is what it should be, and how a message says what it is instead.
 *
 * @module
 */
export { byteLengthOf, isArrayBuffer } from "./argument/bytes.ts"
export { awaitInstead, cannotUse, show, typeName } from "./argument/show.ts"
