/**
 * A client that keeps its connections. It answers each line on its standard input with a line of JSON.
 *
 * Arguments: a URL.
 *
 * - `open N`: opens connections until there are so many; each has had an answer
 * - `ask N`: asks so often, one request at a time, each on a connection drawn by lot: `p50` and `p99` in
 *   microseconds, and how many connections the server has closed so far
 * - `race N SECONDS`: asks on so many new connections at once, again and again: what the `slowest` has read
 *   over what the median one has
 * - `hash PATH`: `bytes` and `sha256` of the body at another path
 *
 * @module
 */
import { createHash } from "node:crypto"
import { connect } from "node:net"
import process from "node:process"
import { createInterface } from "node:readline"
import { Answer } from "./http_answer.mjs"

const url = process.argv[2]
const { hostname, port, pathname } = new URL(url)
const request = `GET ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`
/** @type {Awaited<ReturnType<typeof converse>>[]} */
const conversations = []
/** @type {number[]} of each connection so far */
const readBytes = []
let lost = 0

/** @type {Record<string, (first: string, second: string) => Promise<object>>} */
const answers = {
  ...{ open: (n) => open(Number(n)), ask: (n) => ask(Number(n)), hash },
  race: (n, seconds) => race(Number(n), Number(seconds)),
}
for await (const line of createInterface(process.stdin)) {
  const [question, first, second] = line.split(" ")
  process.stdout.write(`${JSON.stringify(await answers[question](first, second))}\n`)
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

/**
 * @param {number} count
 * @param {number} seconds
 */
async function race(count, seconds) {
  const racers = await Promise.all(Array.from({ length: count }, converse))
  readBytes.fill(0)
  let over = false
  const run = async (/** @type {() => Promise<void>} */ ask) => {
    while (!over) await ask()
  }
  // Nobody waits for the last answers.
  for (const ask of racers) run(ask).catch(() => {})
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  over = true
  const bytes = readBytes.slice(-count).sort((a, b) => a - b)
  return { slowest: bytes[0] / bytes[Math.floor(count / 2)] }
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
    const own = readBytes.push(0) - 1
    /** @type {PromiseWithResolvers<void>} */
    let answered
    const answer = new Answer()
    socket.setNoDelay().on("connect", () =>
      resolve(() => {
        answered = Promise.withResolvers()
        socket.write(request)
        return answered.promise
      }))
    socket.on("data", (data) => {
      const chunk = /** @type {Buffer} */ (data)
      readBytes[own] += chunk.byteLength
      if (answer.endsWith(chunk)) answered.resolve()
    })
    socket.on("error", reject).on("close", () => {
      lost++
      answered?.reject(new Error("The server has closed the connection"))
    })
  })
}
