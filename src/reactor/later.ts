import { clearTimeout, setTimeout } from "node:timers"
import type * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { givenClock } from "./given_clock.ts"

/**
 * Runs `task` after so many milliseconds by the clock in `services`, unless the returned function is
 * called first. Unlike a sleep with Effect's own clock, waiting does not keep the process alive.
 */
export function later(
  services: Context.Context<never>,
  millis: number,
  task: () => void,
): () => void {
  const clock = givenClock(services)
  if (clock === undefined) {
    const timer = setTimeout(task, millis).unref()
    return () => clearTimeout(timer)
  }
  const sleeping = Effect.runFork(
    Effect.andThen(clock.sleep(Duration.millis(millis)), Effect.sync(task)),
  )
  return () => void Effect.runFork(Fiber.interrupt(sleeping))
}
