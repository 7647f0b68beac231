export type { Fields, Peek } from "../../ffi/runtime/peek.ts"
export { responsePeek } from "../../ffi/runtime/response_body.ts"
