import process from "node:process"
import type { Backend } from "./runtime/backend.ts"
import { backend as currentBackend } from "./runtime/select.ts"
import { libraries } from "./libc/libraries.ts"
import { ProcessCalls } from "./libc/process_calls.ts"
import { allPrototypes } from "./prototypes.ts"

export { libraries }

/**
 * libc, one method for each function.
 *
 * Every method returns `n >= 0`, or `-errno` if the call failed. There are no retries and no policy, and
 * exceptions only for lengths that do not fit their memory. A method that takes memory checks the length
 * against it before libc sees either.
 *
 * Each file of `libc/` has the wrappers of one family, as in `prototypes.ts`, and adds them to the families
 * before: sockets, files, readiness, memory, the process. So a call is one method of one object, as libc's
 * functions are in one library.
 */
export class Libc extends ProcessCalls {}

let loaded: Libc | undefined

/**
 * libc, loaded on first use.
 *
 * @throws {Error} if the runtime, the platform or a missing permission makes that impossible; the message
 * names the cure.
 */
export function libc(): Libc {
  return loaded ??= load()
}

/** libc if somebody has used it before: nothing is opened, and nobody is asked for a permission. */
export const usedLibc = (): Libc | undefined => loaded

function load(): Libc {
  const backend = currentBackend()
  const obstacle = obstacleIn(backend)
  if (obstacle !== undefined) throw new Error(`Cannot call Linux's libc: ${obstacle}`)
  return new Libc(backend)
}

/** Why there is no libc, as far as that is known without opening it. */
function obstacleIn(backend: Pick<Backend, "permits">): string | undefined {
  if (process.platform !== "linux") return `this is ${process.platform}`
  const variable = "ZEROWIRE_LIBC"
  const pretends = backend.permits({ name: "env", variable }) &&
    process.env[variable] === "missing"
  return pretends ? `${variable} says that it is missing` : undefined
}

/**
 * Opens libc now, if that is already permitted and opening it later would be noticed; see
 * `Backend.preload`. Never fails: the first use of libc reports the error.
 */
export function preload(): void {
  try {
    const backend = currentBackend()
    if (obstacleIn(backend) === undefined) backend.preload(libraries, allPrototypes)
  } catch {
    // Neither runtime.
  }
}
