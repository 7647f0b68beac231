/**
 * What Node's own parser makes of a connection: a line of JSON in, an `Opinion` out; see oracle.ts. It runs in
 * Node, because the other runtimes have parsers of their own behind these names.
 *
 * @module
 */
import { createHash } from "node:crypto"
import { createRequire } from "node:module"
import process from "node:process"
import { createInterface } from "node:readline"

const { HTTPParser, methods } = createRequire(import.meta.url)("_http_common")

createInterface(process.stdin).on("line", (line) => {
  const { sent, received, methods: asked, whole } = JSON.parse(line)
  const opinion = {
    ...requestsIn(Buffer.from(sent, "base64")),
    ...answersIn(Buffer.from(received, "base64"), asked, whole),
  }
  process.stdout.write(`${JSON.stringify(opinion)}\n`)
})

/**
 * @param {Buffer} bytes
 * @returns {{ heads: [string, string][], whole: [string, string, number, string][] }}
 */
function requestsIn(bytes) {
  /** @type {[string, string][]} */
  const heads = []
  /** @type {[string, string, number, string][]} */
  const whole = []
  let url = ""
  let length = 0
  let hash = createHash("sha1")
  const parser = new HTTPParser()
  parser[HTTPParser.kOnMessageBegin] = () => {
    url = ""
    length = 0
    hash = createHash("sha1")
  }
  // Of a request with many headers, this comes first.
  parser[HTTPParser.kOnHeaders] = (/** @type {string[]} */ _, /** @type {string} */ part) => {
    url += part
  }
  parser[HTTPParser.kOnHeadersComplete] = (/** @type {any[]} */ ...head) => {
    // QUERY is numbered behind the methods of other protocols.
    heads.push([methods[head[3]] ?? "QUERY", head[4] ?? url])
    return 0
  }
  parser[HTTPParser.kOnBody] = (/** @type {Buffer} */ part) => {
    length += part.length
    hash.update(part)
  }
  parser[HTTPParser.kOnMessageComplete] = () => {
    const [method, target] = heads[heads.length - 1]
    whole.push([method, target, length, hash.digest("hex")])
  }
  parser.initialize(HTTPParser.REQUEST, {}, 64 * 1024)
  for (let at = 0; at < bytes.length;) {
    const used = parser.execute(bytes.subarray(at))
    if (typeof used !== "number" || used === 0) break
    at += used
    // It stops early where another protocol could begin, which nobody has taken up.
    if (at < bytes.length) parser.initialize(HTTPParser.REQUEST, {}, 64 * 1024)
  }
  parser.close()
  return { heads, whole }
}

/**
 * @param {Buffer} bytes
 * @param {string[]} asked the methods of the requests that were answered
 * @param {boolean} isWhole whether the server has ended with a FIN
 */
function answersIn(bytes, asked, isWhole) {
  /** @type {number[]} */
  const statuses = []
  let finals = 0
  let open = false
  const parser = new HTTPParser()
  parser.initialize(HTTPParser.RESPONSE, {})
  parser[HTTPParser.kOnMessageBegin] = () => void (open = true)
  parser[HTTPParser.kOnHeaders] = () => {}
  parser[HTTPParser.kOnHeadersComplete] = (/** @type {any[]} */ ...head) => {
    const status = head[5]
    statuses.push(status)
    if (status < 200) return 1
    return asked[finals++] === "HEAD" ? 1 : 0
  }
  parser[HTTPParser.kOnBody] = () => {}
  parser[HTTPParser.kOnMessageComplete] = () => void (open = false)
  const used = parser.execute(bytes)
  const ended = isWhole && used === bytes.length ? parser.finish() : undefined
  parser.close()
  let wrong = null
  if (used !== bytes.length) {
    wrong = used instanceof Error ? used.message : `${bytes.length - used} bytes are left`
  } else if (ended instanceof Error) wrong = ended.message
  else if (isWhole && open) wrong = "the last answer is incomplete"
  return { statuses, wrong }
}
