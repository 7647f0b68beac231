import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import { ZerowireError } from "../../error/mod.ts"
import type { InetAddress } from "../../kernel/port.ts"
import type { Stack } from "../../stack/mod.ts"
import { permitFound } from "../address.ts"
import { connectTo } from "./connect.ts"

/**
 * Opens a socket that is connected to whichever of `addresses` answers first, and returns its file
 * descriptor. The next address is tried when the previous one has failed or has not answered for 250 ms;
 * earlier attempts go on in the meantime (RFC 8305, section 5).
 *
 * If all fail, the error is that of the last one, and its cause has all of them. Only the file
 * descriptors in `opened` stay open, and one of them is returned. If the runtime forbids one of the
 * addresses, none is tried.
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
 * The addresses with alternating families, starting with the family that the system prefers. A family
 * that leads nowhere then costs one delay, not one for each of its addresses (RFC 8305, section 4).
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
  return new ZerowireError(
    last.reason,
    new AggregateError(failures, "None of the addresses could be reached"),
  )
}

/** The "Connection Attempt Delay" that RFC 8305 recommends. */
const attemptDelay = Duration.millis(250)
