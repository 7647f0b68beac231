import { sendCalls } from "../../src/cli/calibrate/send_calls.ts"
import { measure } from "./measure.mjs"
import { sharesOf } from "./shares.ts"

/**
 * One chunk in each call, sent zero-copy (`always`) or by copy (`never`), whatever its size: the threshold
 * is compared with the bytes of a call.
 */
await measure(async ({ way, ...job }) =>
  sharesOf([await sendCalls({ ...job, way: way === "always" ? "always" : "never" })])
)
