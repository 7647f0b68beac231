import { Clock } from "effect/Clock"
import * as Context from "effect/Context"

/**
 * The clock that `services` bring, such as a simulated one; nothing if it is that of this machine. Every context
 * has a clock, because Effect has one for those who bring none.
 */
export function givenClock(services: Context.Context<never>): Clock | undefined {
  const clock = Context.get(services, Clock)
  return clock === Context.get(Context.empty(), Clock) ? undefined : clock
}
