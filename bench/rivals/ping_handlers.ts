/**
 * Round trips by a socket with handlers, as `ping_own.mjs` makes them with `Bun.connect`. Arguments: as of
 * `measureRoundTrips`.
 *
 * @module
 */
import { connect } from "../../src/mod.ts"
import { measureRoundTrips } from "./round_trips.mjs"
import { sharesOf } from "./shares.ts"

await measureRoundTrips(async (address) => {
  let onAnswer = (_answer: number) => {}
  const socket = await connect({
    ...address,
    socket: {
      data: (_, bytes) => onAnswer(bytes[0]),
      close: () => onAnswer(-1),
    },
  })
  return {
    exchange(message) {
      const answered = new Promise<number>((resolve) => onAnswer = resolve)
      // A socket without anything queued takes a message whole.
      socket.write(message)
      return answered
    },
    close() {
      socket.end()
      return Promise.resolve()
    },
    shares: () => sharesOf([socket]),
  }
})
