import { setTimeout as sleep } from "node:timers/promises"
import { defaultStack } from "../../src/stack/default_stack.ts"

/**
 * Resolves after thirty consecutive turns of the event loop, of 10 ms each, in which the reactor did not
 * poll. A socket that is woken again and again prevents that for ever; a busy machine does not.
 */
export async function untilNobodyLooks(): Promise<void> {
  const { reactor } = defaultStack()
  let before = reactor.counts.looks
  for (let quiet = 0; quiet < 30; quiet++) {
    await sleep(10)
    if (reactor.counts.looks !== before) quiet = 0
    before = reactor.counts.looks
  }
}
