import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Receiver } from "../receive/receiver.ts"

/**
 * Throws away what the peer sends, until its FIN. A socket that is closed with unread bytes sends a reset
 * (`tcp_close` in net/ipv4/tcp.c), and a client that is still writing then stops before it reads the answer.
 *
 * It ends when `limit` is over, and when the peer has sent nothing for five seconds.
 */
export const lingerOn = (
  receiver: Pick<Receiver, "discardedBytes" | "discardQuietly">,
  limit: Duration.Duration,
): Effect.Effect<void> =>
  Effect.raceAllFirst([
    receiver.discardQuietly,
    untilQuiet(receiver),
    Effect.sleep(limit),
  ])

const untilQuiet = (receiver: Pick<Receiver, "discardedBytes">): Effect.Effect<void> =>
  Effect.gen(function* () {
    for (let before = -1; before !== receiver.discardedBytes;) {
      before = receiver.discardedBytes
      yield* Effect.sleep(quiet)
    }
  })

const quiet = Duration.seconds(5)
