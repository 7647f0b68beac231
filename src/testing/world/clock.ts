import type { Clock } from "effect/Clock"
import type * as Duration from "effect/Duration"
import { toMillis } from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Timeline } from "./timeline.ts"

/** Effect's clock in virtual time: a sleep of half a minute takes no time. */
export function clockOf(timeline: Timeline): Clock {
  const nanos = () => BigInt(Math.round(timeline.now * 1e6))
  return {
    currentTimeMillisUnsafe: () => timeline.now,
    currentTimeMillis: Effect.sync(() => timeline.now),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanosUnsafe: nanos,
    monotonicTimeNanos: Effect.sync(nanos),
    sleep: (duration: Duration.Duration) =>
      Effect.callback<void>((resume) => {
        const millis = toMillis(duration)
        if (millis === Infinity) return
        const wake = timeline.after(millis, () => resume(Effect.void), "deadline")
        return Effect.sync(() => wake.cancel())
      }),
  }
}
