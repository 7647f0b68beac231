import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import { ZerowireError } from "../../error/mod.ts"
import type { InetAddress } from "../../kernel/port.ts"
import type { Stack } from "../../stack/mod.ts"
import { permitFound } from "../address.ts"
import { connectTo } from "./connect.ts"

/**
 * Opens a socket connected to whichever of `addresses` answers first, and answers its file
 * descriptor. The next address is tried when the one before has failed, or has not answered for
 * 250 ms; what was tried before goes on meanwhile (RFC 8305, section 5).
 *
 * When all fail, the error is that of the last one, and its cause holds all of them. No file
 * descriptor stays open but those in `opened`, of which one is answered. When the runtime forbids one of
 * the addresses, none is tried.
 */
export const connectToAny = (
  stack: Stack,
  addresses: readonly InetAddress[],
  opened: Set<number>,
): Effect.Effect<number, ZerowireError> =>
  Effect.suspend(() => {
    const failures: ZerowireError[] = []

    const attempt = (index: number): Effect.Effect<number, ZerowireError> => {
      const failed = Latch.makeUnsafe(false)
      const own = connectTo(stack, addresses[index], opened).pipe(
        Effect.tapError((failure) => {
          failures.push(failure)
          return failed.open
        }),
      )
      if (index + 1 === addresses.length) return own
      const next = Effect.andThen(
        Effect.raceFirst(failed.await, Effect.sleep(attemptDelay)),
        Effect.suspend(() => attempt(index + 1)),
      )
      return Effect.raceAll([own, next])
    }

    return Effect.andThen(
      Effect.try({
        try: () => addresses.forEach((address) => permitFound(stack, address)),
        catch: (failure) => failure as ZerowireError,
      }),
      Effect.mapError(attempt(0), (failure) => all(failures) ?? failure),
    )
  })

/**
 * The addresses with their families in turn, beginning with the family that the system prefers: a
 * family that leads nowhere then costs one delay and not one for each of its addresses (RFC 8305,
 * section 4).
 */
export function interleaved(addresses: readonly InetAddress[]): InetAddress[] {
  const preferred = addresses.filter(({ family }) => family === addresses[0].family)
  const others = addresses.filter(({ family }) => family !== addresses[0].family)
  const longer = Math.max(preferred.length, others.length)
  return Array.from({ length: longer }, (_, i) => [preferred[i], others[i]])
    .flat()
    .filter((address) => address !== undefined)
}

function all(failures: readonly ZerowireError[]): ZerowireError | undefined {
  const last = failures.at(-1)
  if (last === undefined || failures.length === 1) return last
  return new ZerowireError(last.reason, new AggregateError(failures, "No address could be reached"))
}

/** The "Connection Attempt Delay" that RFC 8305 recommends. */
const attemptDelay = Duration.millis(250)
