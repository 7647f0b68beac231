/**
 * What callers hand in: whether it is what it should be, and how a message says what it is instead.
 *
 * @module
 */
export { byteLengthOf, isArrayBuffer } from "./argument/bytes.ts"
export { foreignMarkOf, mark, markOf, twoCopies } from "./argument/copies.ts"
export { checkOptions, type Names, type Taker } from "./argument/options.ts"
export { awaitInstead, cannotUse, messageOf, show, typeName } from "./argument/show.ts"
export { checkSignal } from "./argument/signal.ts"
