import { setTimeout as sleep } from "node:timers/promises"
import { defaultStack } from "../../src/stack/default_stack.ts"

/**
 * Resolves after thirty consecutive turns of the event loop, of 10 ms each, in which the reactor did not
 * poll. A socket that is woken again and again prevents that for ever; a busy machine does not.
 */
export async function untilNobodyLooks(): Promise<void> {
  const { turnEnd } = defaultStack().reactor
  const { run } = turnEnd
  let quiet = 0
  turnEnd.run = (task) => {
    quiet = 0
    run.call(turnEnd, task)
  }
  try {
    for (; quiet < 30; quiet++) await sleep(10)
  } finally {
    turnEnd.run = run
  }
}
