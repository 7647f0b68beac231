import { once } from "node:events"
import { connect } from "node:net"
import process from "node:process"
import { filesOf } from "./files.mjs"
import { measureOpened } from "./measure.mjs"
import { ringBytes } from "./source.mjs"

/**
 * Measures a file server: a client at the other end of the link asks for the ring as a file, over one
 * connection, as often as it takes. Arguments: as of `measure`, with the port of `asker`.
 *
 * @param {(file: string) => Promise<Server>} serve starts it
 * @typedef {{ port: number, path: string, cpu?: () => object }} Server `cpu` is what it has cost so far,
 *   where it is a process of its own, as `userSeconds` and `systemSeconds`
 */
export function measureServer(serve) {
  /** @type {Promise<Server> | undefined} */
  let server
  return measureOpened(async ({ hostname, port, totalBytes, ring }) => {
    const [file] = filesOf(ring, ringBytes)
    server ??= serve(file)
    const { port: served, path, cpu } = await server
    const control = connect(port, hostname)
    await once(control, "connect")
    return async () => {
      const before = cpu?.()
      control.write(`${served} ${path} ${totalBytes / ringBytes}\n`)
      const [answer] = await once(control, "data")
      if (String(answer) !== "done\n") throw new Error(`The client failed: ${answer}`)
      control.destroy()
      const moved = movesOf(totalBytes)
      return before === undefined ? moved : { ...moved, ...difference(before, cpu?.() ?? {}) }
    }
  })
}

/**
 * How a server of this kind sends a file cannot be seen from here: it is not said to be copied.
 *
 * @param {number} totalBytes
 */
function movesOf(totalBytes) {
  const way = process.argv[8]
  const moved = way === "copies" ? 0 : totalBytes
  return {
    ...{ zerocopySends: 0, notified: 0, kernelCopied: 0, unknown: 0 },
    ...{ movedBytes: moved, copiedBytes: totalBytes - moved },
  }
}

/**
 * @param {object} before
 * @param {object} after
 */
const difference = (before, after) =>
  Object.fromEntries(
    Object.entries(after).map(([name, seconds]) => [
      name,
      seconds - /** @type {Record<string, number>} */ (before)[name],
    ]),
  )
