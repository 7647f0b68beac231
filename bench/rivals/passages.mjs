import process from "node:process"
import { costOf, tell } from "./measure.mjs"

/**
 * Runs one relay, first with `WARM` bytes and then measured, and prints what it cost from its two
 * connections to their end. The bytes come from a peer that is told how many it is to send.
 *
 * Arguments: HOST PORT SOURCE_PORT TOTAL_BYTES WARM_BYTES
 *
 * @param {(passage: Passage) => Promise<import("./measure.mjs").Shares>} relay
 * @typedef {{ source: Address, sink: Address, request: Uint8Array<ArrayBuffer>, totalBytes: number }} Passage
 *   `request` is what the source is to be sent
 * @typedef {{ hostname: string, port: number }} Address
 */
export async function measurePassage(relay) {
  const [hostname, port, sourcePort, total, warm] = process.argv.slice(2)
  const source = { hostname, port: Number(sourcePort) }
  const sink = { hostname, port: Number(port) }
  /** @param {string} bytes */
  const run = (bytes) =>
    relay({
      ...{ source, sink, totalBytes: Number(bytes) },
      request: new TextEncoder().encode(`${bytes}\n`),
    })
  if (Number(warm) > 0) await run(warm)
  tell(await costOf(() => run(total)))
}

/**
 * The same bytes of the source as the body of an HTTP response.
 *
 * @param {Address} source
 * @param {number} totalBytes
 * @returns {Promise<ReadableStream<Uint8Array>>}
 */
export async function bodyOf({ hostname, port }, totalBytes) {
  const { body } = await fetch(`http://${hostname}:${port}/${totalBytes}`)
  if (body === null) throw new Error("The source has sent no body")
  return body
}
