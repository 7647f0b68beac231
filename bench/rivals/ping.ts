/**
 * Round trips by `writable` and `readable`. The message stays where it is (`ownership: "borrow"`): the
 * answer says that the peer has it, and it is never altered. Arguments: as of `measureRoundTrips`.
 *
 * @module
 */
import { connect } from "../../src/mod.ts"
import { measureRoundTrips } from "./round_trips.mjs"
import { sharesOf } from "./shares.ts"

await measureRoundTrips(async ({ hostname, port }) => {
  const socket = await connect({ hostname, port, ownership: "borrow" })
  const writer = socket.writable.getWriter()
  const reader = socket.readable.getReader()
  return {
    async exchange(message) {
      await writer.write(message)
      return (await reader.read()).value?.[0] ?? -1
    },
    async close() {
      await writer.close()
      await socket.close()
    },
    shares: () => sharesOf([socket]),
  }
})
