/**
 * A client that keeps its connections. It answers each line on its standard input with a line of JSON.
 *
 * Arguments: a URL, whose answers have a Content-Length unless they are only hashed.
 *
 * - `open N`: opens connections until there are so many; each has had an answer
 * - `ask N`: asks so often, one request at a time, each on a connection drawn by lot: `p50` and `p99` in
 *   microseconds, and how many connections the server has closed so far
 * - `hash PATH`: `bytes` and `sha256` of the body at another path
 *
 * @module
 */
import { createHash } from "node:crypto"
import { connect } from "node:net"
import process from "node:process"
import { createInterface } from "node:readline"

const url = process.argv[2]
const { hostname, port, pathname } = new URL(url)
const request = `GET ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`
/** @type {Awaited<ReturnType<typeof converse>>[]} */
const conversations = []
let lost = 0

/** @type {Record<string, (word: string) => Promise<object>>} */
const answers = { open: (n) => open(Number(n)), ask: (n) => ask(Number(n)), hash }
for await (const line of createInterface(process.stdin)) {
  const [question, word] = line.split(" ")
  process.stdout.write(`${JSON.stringify(await answers[question](word))}\n`)
}
process.exit(0)

/** @param {number} count */
async function open(count) {
  while (conversations.length < count) {
    const length = Math.min(100, count - conversations.length)
    const more = await Promise.all(Array.from({ length }, converse))
    await Promise.all(more.map((ask) => ask()))
    conversations.push(...more)
  }
  return { open: conversations.length - lost }
}

/** @param {number} count */
async function ask(count) {
  const micros = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    const ask = conversations[Math.floor(Math.random() * conversations.length)]
    const begun = performance.now()
    await ask()
    micros[i] = (performance.now() - begun) * 1000
  }
  micros.sort()
  return { p50: micros[Math.floor(count / 2)], p99: micros[Math.floor(count * 0.99)], lost }
}

/** @param {string} path */
async function hash(path) {
  const hash = createHash("sha256")
  let bytes = 0
  for await (const chunk of (await fetch(new URL(path, url))).body ?? []) {
    hash.update(chunk)
    bytes += chunk.byteLength
  }
  return { bytes, sha256: hash.digest("hex") }
}

/**
 * Opens a connection.
 *
 * @returns {Promise<() => Promise<void>>} asks on it, and resolves when the answer is complete
 */
function converse() {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname)
    /** @type {PromiseWithResolvers<void>} */
    let answered
    let head = ""
    let missing = 0
    socket.setNoDelay().on("connect", () =>
      resolve(() => {
        answered = Promise.withResolvers()
        socket.write(request)
        return answered.promise
      }))
    socket.on("data", (data) => {
      const chunk = /** @type {Buffer} */ (data)
      missing -= chunk.byteLength
      if (missing < 0) {
        head += chunk.toString("latin1")
        const end = head.indexOf("\r\n\r\n")
        if (end < 0) return missing = 0
        missing = end + 4 + Number(/content-length: *(\d+)/i.exec(head)?.[1]) - head.length
        head = ""
      }
      if (missing === 0) answered.resolve()
    })
    socket.on("error", reject).on("close", () => {
      lost++
      answered?.reject(new Error("The server has closed the connection"))
    })
  })
}
