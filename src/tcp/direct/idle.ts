import { Deadline } from "../../reactor/mod.ts"
import type { Stack } from "../../stack/mod.ts"

/**
 * Calls `idle` when `moved` has returned the same number for `millis`, or up to a quarter longer, and again
 * after as long. Waiting does not keep the process alive. Returns a function that ends it.
 */
export function whenIdle(
  { deadlines }: Stack,
  millis: number,
  moved: () => number,
  idle: () => void,
): () => void {
  let before = moved()
  let quiet = 0
  const deadline = new Deadline(deadlines, () => {
    deadline.start(millis / looks)
    const now = moved()
    quiet = now === before ? quiet + 1 : 0
    before = now
    if (quiet < looks) return
    quiet = 0
    idle()
  })
  deadline.start(millis / looks)
  return () => deadline.stop()
}

/** A byte then costs nothing. */
const looks = 4
