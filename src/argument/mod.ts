/**
 * Checks what callers pass in, and describes it in messages.
 *
 * @module
 */
export { byteLengthOf, isArrayBuffer } from "./bytes.ts"
export { foreignMarkOf, mark, markOf, twoCopies } from "./copies.ts"
export { checkOptions, type Names, type Taker } from "./options.ts"
export { awaitInstead, cannotUse, messageOf, show, typeName } from "./show.ts"
export { checkSignal } from "./signal.ts"
export { atLeast, oneOf, wholeNumber } from "./values.ts"
