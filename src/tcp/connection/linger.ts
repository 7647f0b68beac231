import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Discard } from "../receive/discard.ts"

/**
 * Throws away what the peer sends, until its FIN. A socket that is closed with unread bytes sends a reset
 * (`tcp_close` in net/ipv4/tcp.c), and a client that is still writing then stops before it reads the answer.
 *
 * It ends when `limit` is over, and when the peer has sent nothing for five seconds.
 */
export const lingerOn = (
  discard: Discard,
  limit: Duration.Duration,
): Effect.Effect<void> =>
  Effect.raceAllFirst([
    discard.quietly,
    untilQuiet(discard),
    Effect.sleep(limit),
  ])

const untilQuiet = (discard: Discard): Effect.Effect<void> =>
  Effect.gen(function* () {
    for (let before = -1; before !== discard.bytes;) {
      before = discard.bytes
      yield* Effect.sleep(quiet)
    }
  })

const quiet = Duration.seconds(5)
