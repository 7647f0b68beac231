import { Buffer } from "node:buffer"
import type { Fields } from "../../kernel/mod.ts"

/** What the head of a response says about its body and its connection. */
export interface HeadParts {
  readonly status: number
  readonly statusText: string
  readonly headers: Fields
  /** The Content-Type, unless the headers have one. */
  readonly type: string | undefined
  /** Bytes of the body; -1 if it is chunked, undefined if the head says nothing of it. */
  readonly length: number | undefined
  /** What to say about the connection; nothing if it is as the client expects. */
  readonly connection: "close" | "keep-alive" | undefined
  /** The names of the fields that follow the body. */
  readonly trailers?: string | undefined
}

/** The lines of a response's head, with the empty one at the end. */
export function headOf(parts: HeadParts): string {
  const date = dateLine()
  if (last?.date === date && isSame(last.parts, parts)) return last.head
  const head = linesOf(parts, date)
  last = { parts, date, head }
  return head
}

/** The last head: most that a server sends in a second are the same. */
let last: { readonly parts: HeadParts; readonly date: string; readonly head: string } | undefined

const isSame = (one: HeadParts, other: HeadParts): boolean =>
  one.length === other.length && one.status === other.status && one.type === other.type &&
  one.connection === other.connection && one.statusText === other.statusText &&
  one.trailers === other.trailers && areSame(one.headers, other.headers)

function areSame(some: Fields, others: Fields): boolean {
  if (some.length !== others.length) return false
  for (let i = 0; i < some.length; i++) {
    if (some[i][0] !== others[i][0] || some[i][1] !== others[i][1]) return false
  }
  return true
}

function linesOf(
  { status, statusText, headers, type, length, connection, trailers }: HeadParts,
  date: string,
): string {
  let head = statusLine(status, statusText)
  if (trailers !== undefined) head += `trailer: ${trailers}\r\n`
  let dated = false
  let typed = type === undefined
  for (const [name, value] of headers) {
    if (own.has(name)) continue
    if (name === "date") dated = true
    else if (name === "content-type") typed = true
    head += fieldLine(name, value)
  }
  if (!typed) head += `content-type: ${type}\r\n`
  if (!dated) head += date
  if (connection !== undefined) head += `connection: ${connection}\r\n`
  if (length === undefined) return `${head}\r\n`
  return length < 0
    ? `${head}transfer-encoding: chunked\r\n\r\n`
    : `${head}content-length: ${length}\r\n\r\n`
}

/**
 * The head of an interim response (RFC 9110, section 15.2), or of one that switches protocols. `more` lines
 * come last.
 *
 * @throws {TypeError} for a value that no header can have.
 */
export function interimHead(status: number, headers: Headers, more = ""): string {
  let head = statusLine(status, "")
  for (const [name, value] of headers) {
    if (!own.has(name)) head += fieldLine(name, value)
  }
  return `${head}${more}\r\n`
}

/** @throws {TypeError} for a value that no header can have. */
export const fieldLine = (name: string, value: string): string =>
  `${name}: ${checked(name, value)}\r\n`

/** A response without a Response: what the server itself answers to a request that it refuses. */
export const plainAnswer = (status: number, text: string): string =>
  `${statusLine(status, "")}content-type: text/plain;charset=UTF-8\r\n${dateLine()}` +
  `connection: close\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n`

/** Headers that frame the message or belong to the connection, which are the server's to say. */
const own: ReadonlySet<string> = new Set([
  ...["connection", "content-length", "keep-alive", "proxy-connection", "trailer"],
  ...["transfer-encoding", "upgrade"],
])

function statusLine(status: number, text: string): string {
  if (text !== "") return `HTTP/1.1 ${status} ${checked("statusText", text)}\r\n`
  return lines[status] ??= `HTTP/1.1 ${status} ${phrases[status] ?? ""}\r\n`
}

const lines: string[] = []

/**
 * A value without anything that ends a line. The text is sent as latin1, in which a larger character could
 * become one.
 */
function checked(name: string, value: string): string {
  if (!/[^\t\x20-\x7e\x80-\xff]/.test(value)) return value
  throw new TypeError(
    `Cannot send the response: ${name} has a character that no header can have. Encode it, for example ` +
      "with encodeURIComponent",
  )
}

function dateLine(): string {
  const second = Math.trunc(Date.now() / 1000)
  if (second !== dateSecond) {
    dateSecond = second
    date = `date: ${new Date(second * 1000).toUTCString()}\r\n`
  }
  return date
}

let date = ""
let dateSecond = -1

/** Reason phrases of the statuses in use (RFC 9110, section 15, and its registry). */
const phrases: Readonly<Record<number, string>> = {
  100: "Continue",
  101: "Switching Protocols",
  103: "Early Hints",
  200: "OK",
  201: "Created",
  202: "Accepted",
  203: "Non-Authoritative Information",
  204: "No Content",
  205: "Reset Content",
  206: "Partial Content",
  207: "Multi-Status",
  300: "Multiple Choices",
  301: "Moved Permanently",
  302: "Found",
  303: "See Other",
  304: "Not Modified",
  307: "Temporary Redirect",
  308: "Permanent Redirect",
  400: "Bad Request",
  401: "Unauthorized",
  402: "Payment Required",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  408: "Request Timeout",
  409: "Conflict",
  410: "Gone",
  411: "Length Required",
  412: "Precondition Failed",
  413: "Content Too Large",
  414: "URI Too Long",
  415: "Unsupported Media Type",
  416: "Range Not Satisfiable",
  417: "Expectation Failed",
  421: "Misdirected Request",
  422: "Unprocessable Content",
  425: "Too Early",
  426: "Upgrade Required",
  428: "Precondition Required",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
  451: "Unavailable For Legal Reasons",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
  505: "HTTP Version Not Supported",
}
