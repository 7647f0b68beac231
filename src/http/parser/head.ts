import type { Limits } from "../limits.ts"
import { hostOrigin } from "./host.ts"
import { malformed, Refusal } from "./refusal.ts"

/** The head of a request that may be answered. */
export interface Head {
  readonly method: string
  /** The path and the query, or `*`. */
  readonly target: string
  /** `http://` and the host, without a slash; undefined if an HTTP/1.0 request names none. */
  readonly origin: string | undefined
  /** The header lines, each with its CRLF. */
  readonly lines: string
  /** 0 or 1: HTTP/1.x. */
  readonly minor: 0 | 1
  readonly keepAlive: boolean
  /** Bytes of the body; -1 if it is chunked. */
  readonly length: number
  /** The client waits for "100 Continue" before it sends the body. */
  readonly expects: boolean
}

/** Where the parts of a head are in its text: the target, then names and values by turns. */
export interface Spans {
  readonly targetFrom: number
  readonly targetTo: number
  /** Four numbers a header: the name from and to, the value from and to. */
  readonly headers: Int32Array
  readonly count: number
}

/**
 * Checks the text of a head that llhttp has accepted. llhttp is strict about lines and characters, but lets
 * through other versions than 1.0 and 1.1, a target of any form, any Host and any transfer coding.
 *
 * @throws {Refusal} with the status to answer with.
 */
export function checkHead(text: string, method: string, spans: Spans, limits: Limits): Head {
  const { targetFrom, targetTo } = spans
  const linesAt = targetTo + " HTTP/1.1\r\n".length
  const given = text.substring(targetFrom, targetTo)
  checkLine(text, method, spans)
  if (given.length > limits.targetBytes) throw new Refusal(414, "The request target is too long")
  const minor = text.charCodeAt(linesAt - 3) === zero ? 0 : 1
  const fields = read(text, spans)
  const { host } = fields
  if (host === undefined && minor === 1) throw malformed("An HTTP/1.1 request needs a Host header")
  const hostIs = host === undefined ? undefined : hostOrigin(host)
  const { target, origin } = checkTarget(given, method, hostIs)
  const length = bodyLength(fields, minor, limits)
  return {
    method,
    target,
    origin,
    lines: text.substring(linesAt, text.length - 2),
    minor,
    keepAlive: keepsAlive(fields.connection, minor),
    length,
    expects: minor === 1 && length !== 0 && expectation(fields.expect),
  }
}

/** One space on each side of the target, and a version that is spoken here. One empty line may precede. */
function checkLine(text: string, method: string, { targetFrom, targetTo }: Spans): void {
  const from = targetFrom - 1 - method.length
  const blank = from === 0 || from === 2 && text.startsWith("\r\n")
  if (!blank || !text.startsWith(method, from) || text.charCodeAt(targetFrom - 1) !== space) {
    throw malformed("The request line must be method, space, target, space, version")
  }
  if (text.startsWith(" HTTP/1.1\r\n", targetTo)) return
  const line = text.substring(targetTo, targetTo + 11)
  if (line === " HTTP/1.0\r\n") return
  if (!/^ HTTP\/[0-9]\.[0-9]\r\n/.test(line)) {
    throw malformed("The request line must end with a space and the version")
  }
  throw new Refusal(505, "Only HTTP/1.1 and HTTP/1.0 are spoken here")
}

interface Fields {
  host: string | undefined
  connection: string | undefined
  length: string | undefined
  coding: string | undefined
  expect: string | undefined
}

/** The fields that decide where a message ends. The length of a name tells nearly all others apart. */
function read(text: string, { headers, count }: Spans): Fields {
  const fields: Fields = {
    host: undefined,
    connection: undefined,
    length: undefined,
    coding: undefined,
    expect: undefined,
  }
  for (let i = 0; i < count; i++) {
    const from = headers[4 * i]
    const to = headers[4 * i + 1]
    const field = known[to - from]
    if (field === undefined || text.substring(from, to).toLowerCase() !== field.name) continue
    const value = trimmed(text.substring(headers[4 * i + 2], headers[4 * i + 3]))
    const before = fields[field.key]
    if (before === undefined) fields[field.key] = value
    else if (field.lists) fields[field.key] = `${before}, ${value}`
    else throw malformed(`A request has one ${field.name} header at most`)
  }
  return fields
}

const known: Readonly<Record<number, { key: keyof Fields; name: string; lists: boolean }>> = {
  4: { key: "host", name: "host", lists: false },
  6: { key: "expect", name: "expect", lists: true },
  10: { key: "connection", name: "connection", lists: true },
  14: { key: "length", name: "content-length", lists: false },
  17: { key: "coding", name: "transfer-encoding", lists: false },
}

/** Without the blanks around it: no other characters count as blank in HTTP. */
function trimmed(value: string): string {
  let from = 0
  let to = value.length
  while (from < to && isBlank(value.charCodeAt(from))) from++
  while (to > from && isBlank(value.charCodeAt(to - 1))) to--
  return value.substring(from, to)
}

const isBlank = (code: number): boolean => code === space || code === tab

/**
 * The path and query, and the origin, of the four forms of a target (RFC 9112, section 3.2).
 *
 * A Host that names another server than the target would let two servers on the way see two requests.
 */
function checkTarget(
  given: string,
  method: string,
  host: string | undefined,
): { target: string; origin: string | undefined } {
  if (unsent.has(method)) throw new Refusal(501, `This server has no use for ${method}`)
  if (given.charCodeAt(0) === slash) {
    if (!given.includes("#")) return { target: given, origin: host }
    throw malformed("A request target has no fragment")
  }
  if (given === "*") {
    if (method === "OPTIONS") return { target: given, origin: host }
    throw malformed("Only OPTIONS can ask about the whole server")
  }
  const parts = /^http:\/\/([^/?#@\\]+)([/?][^#]*)?$/i.exec(given)
  if (parts === null) throw malformed("The request target is neither a path nor an http URL")
  const [, authority, path = "/"] = parts
  const origin = hostOrigin(authority)
  if (host !== undefined && host !== origin) throw malformed("Host and request target disagree")
  return { target: path.startsWith("?") ? `/${path}` : path, origin }
}

/** Methods that fetch's Request refuses too. A proxy may speak CONNECT; this server is none. */
const unsent = new Set(["CONNECT", "TRACE"])

function bodyLength({ length, coding }: Fields, minor: 0 | 1, limits: Limits): number {
  if (coding !== undefined) {
    if (minor === 0) throw malformed("HTTP/1.0 has no Transfer-Encoding")
    if (length !== undefined) throw malformed("A request has Content-Length or Transfer-Encoding")
    if (coding === "") throw malformed("Transfer-Encoding names no coding")
    if (coding.toLowerCase() === "chunked") return -1
    throw new Refusal(501, "The only transfer coding that is understood here is chunked")
  }
  if (length === undefined) return 0
  if (!/^[0-9]{1,15}$/.test(length)) throw malformed("Content-Length must be a number of bytes")
  const bytes = Number(length)
  if (bytes > limits.bodyBytes) throw new Refusal(413, "The request body is too long")
  return bytes
}

function keepsAlive(connection: string | undefined, minor: 0 | 1): boolean {
  if (connection === undefined) return minor === 1
  const tokens = connection.toLowerCase().split(",").map(trimmed)
  return !tokens.includes("close") && (minor === 1 || tokens.includes("keep-alive"))
}

function expectation(expect: string | undefined): boolean {
  if (expect === undefined) return false
  if (expect.toLowerCase() === "100-continue") return true
  throw new Refusal(417, "The only expectation that can be met is 100-continue")
}

const tab = 0x09
const space = 0x20
const slash = 0x2f
const zero = 0x30
