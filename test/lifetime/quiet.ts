import { setTimeout as sleep } from "node:timers/promises"
import { defaultStack } from "../../src/stack/default_stack.ts"

/**
 * Resolves after thirty turns of the event loop in a row, of 10 ms each, in none of which the reactor
 * looked for events. Whoever is woken again and again keeps it from that for ever; a machine that is
 * busy with something else does not.
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
