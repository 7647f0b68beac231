/**
 * Round trips by the barest calls of the runtime's own sockets: `conn.write` and `conn.read` in Deno,
 * `Bun.connect` in Bun. Arguments: as of `measureRoundTrips`.
 *
 * @module
 */
import { measureRoundTrips } from "./round_trips.mjs"

/** @type {any} */
const runtime = globalThis

await measureRoundTrips("Deno" in globalThis ? inDeno : inBun)

/** @type {Parameters<typeof measureRoundTrips>[0]} */
async function inDeno(address) {
  const connection = await runtime.Deno.connect(address)
  connection.setNoDelay(true)
  const answer = new Uint8Array(1)
  return {
    async exchange(message) {
      for (let sent = 0; sent < message.byteLength;) {
        sent += await connection.write(message.subarray(sent))
      }
      return await connection.read(answer) === 1 ? answer[0] : -1
    },
    async close() {
      await connection.closeWrite()
      connection.close()
    },
  }
}

/** @type {Parameters<typeof measureRoundTrips>[0]} */
async function inBun(address) {
  let onDrain = () => {}
  /** @type {(answer: number) => void} */
  let onAnswer = () => {}
  const socket = await runtime.Bun.connect({
    ...address,
    socket: {
      data: (/** @type {unknown} */ _, /** @type {Uint8Array} */ part) => onAnswer(part[0]),
      drain: () => onDrain(),
      close: () => onAnswer(-1),
    },
  })
  socket.setNoDelay(true)
  return {
    async exchange(message) {
      /** @type {Promise<number>} */
      const answered = new Promise((resolve) => onAnswer = resolve)
      for (let sent = 0; sent < message.byteLength;) {
        sent += socket.write(message, sent, message.byteLength - sent)
        if (sent < message.byteLength) {
          await new Promise((resolve) => onDrain = () => resolve(undefined))
        }
      }
      return answered
    },
    close() {
      socket.end()
      return Promise.resolve()
    },
  }
}
