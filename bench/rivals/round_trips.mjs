import process from "node:process"
import { costOf, noZerocopy, tell } from "./measure.mjs"
import { messageOf } from "./source.mjs"

/**
 * Sends a message, waits for the byte that answers it, and sends the next; prints what that took.
 *
 * Arguments: HOST PORT MESSAGE_BYTES MESSAGES WARM_MESSAGES
 *
 * @param {(address: { hostname: string, port: number }) => Promise<Way>} open
 * @typedef {object} Way
 * @property {(message: Uint8Array<ArrayBuffer>) => Promise<number>} exchange resolves with the answer
 * @property {() => Promise<void>} close
 * @property {() => import("./measure.mjs").Shares} [shares] how all messages so far went
 */
export async function measureRoundTrips(open) {
  const [hostname, port, messageBytes, count, warm] = process.argv.slice(2)
  const message = messageOf(Number(messageBytes))
  const messages = Number(count)
  const way = await open({ hostname, port: Number(port) })
  let number = 0
  /** @param {number} times */
  const exchange = async (times) => {
    const micros = new Float64Array(times)
    for (let i = 0; i < times; i++) {
      const began = performance.now()
      const answer = await way.exchange(message)
      micros[i] = (performance.now() - began) * 1000
      if (answer !== (number & 255)) throw new Error(`Message ${number} was answered ${answer}`)
      number++
    }
    return micros.sort()
  }
  // A peer that loses something never answers. Twenty thousand large messages take half a minute.
  const patience = setTimeout(() => {
    throw new Error(`Message ${number} was not answered`)
  }, 300_000)
  await exchange(Number(warm))
  const { micros, ...cost } = await costOf(async () => ({ micros: await exchange(messages) }))
  clearTimeout(patience)
  await way.close()
  tell({
    ...cost,
    ...way.shares?.() ?? noZerocopy,
    messages,
    medianMicros: micros[Math.floor(messages / 2)],
    p99Micros: micros[Math.floor(messages * 0.99)],
  })
}
