/**
 * A relay, by the runtime's own means: `pipeTo` of Deno's streams, and `pipe` of `node:net`'s in Bun.
 * Arguments: as of `measurePassage`.
 *
 * @module
 */
import { once } from "node:events"
import { connect } from "node:net"
import { allCopied } from "./measure.mjs"
import { measurePassage } from "./passages.mjs"

/** @type {any} */
const { Deno } = globalThis

await measurePassage(Deno === undefined ? inBun : inDeno)

/** @type {Parameters<typeof measurePassage>[0]} */
async function inDeno({ source, sink, request, totalBytes }) {
  const [from, to] = await Promise.all([Deno.connect(source), Deno.connect(sink)])
  for (let sent = 0; sent < request.byteLength;) sent += await from.write(request.subarray(sent))
  await from.readable.pipeTo(to.writable, { preventClose: true })
  await to.closeWrite()
  if (await to.read(new Uint8Array(1)) !== null) throw new Error("The sink has answered")
  to.close()
  // The stream that ended has closed the other one.
  return allCopied(totalBytes)
}

/** @type {Parameters<typeof measurePassage>[0]} */
async function inBun({ source, sink, request, totalBytes }) {
  const from = connect(source.port, source.hostname)
  const to = connect(sink.port, sink.hostname)
  await Promise.all([once(from, "connect"), once(to, "connect")])
  const closed = once(to.resume(), "close")
  from.write(request)
  from.pipe(to)
  await closed
  from.destroy()
  return allCopied(totalBytes)
}
