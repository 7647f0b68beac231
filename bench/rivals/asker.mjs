/**
 * A client that asks file servers, at the other end of the link. A server connects to it and says where to
 * ask, as `PORT PATH TIMES` with a newline; it answers `done` or what went wrong. With `hashing` it also
 * prints what each such order brought. `reference/asker.c` does the same without hashing.
 *
 * Arguments: HOST [hashing]. Prints its port first.
 *
 * @module
 */
import { createHash } from "node:crypto"
import { Agent, get } from "node:http"
import { createServer } from "node:net"
import process from "node:process"

const [address, hashing] = process.argv.slice(2)

const server = createServer((control) => {
  let said = ""
  control.on("data", async (/** @type {Buffer} */ part) => {
    said += part
    if (!said.endsWith("\n")) return
    const [port, path, times] = said.trim().split(" ")
    said = ""
    try {
      await ask(String(control.remoteAddress), Number(port), path, Number(times))
      control.write("done\n")
    } catch (failure) {
      control.write(`${failure instanceof Error ? failure.message : failure}\n`)
    }
  })
  control.on("error", () => {})
})
server.listen({ host: address, port: 0 }, () => {
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address())
  process.stdout.write(`${port}\n`)
})
// So that it does not outlive the benchmark, however that ends.
process.stdin.on("end", () => process.exit(0)).resume()

/**
 * @param {string} host
 * @param {number} port
 * @param {string} path
 * @param {number} times
 */
async function ask(host, port, path, times) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const hash = createHash("sha256")
  let bytes = 0
  for (let i = 0; i < times; i++) {
    const { promise, resolve, reject } = Promise.withResolvers()
    get({ host, port, path, agent }, (response) => {
      response.on("data", (part) => {
        bytes += part.byteLength
        if (hashing === "hashing") hash.update(part)
      })
      response.on("end", resolve).on("error", reject)
    }).on("error", reject)
    await promise
  }
  agent.destroy()
  if (hashing !== "hashing") return
  process.stdout.write(`${JSON.stringify({ bytes, sha256: hash.digest("hex") })}\n`)
}
