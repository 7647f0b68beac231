import { connect } from "node:net"
import { sha256 } from "../plain_peer.ts"

/** A request, as it goes on the wire. */
export interface Question {
  readonly method?: string
  /** The target, which no client has normalized. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
}

/** What is compared of an answer. */
export interface Reply {
  readonly status: number
  /** Those that files are about, by their names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** The text, or a digest of a long one. */
  readonly body: string
}

/** Sends one request to a server on this host, and reads the answer until the server closes. */
export async function ask(port: number, question: Question): Promise<Reply> {
  const { method = "GET", path, headers = {} } = question
  const lines = Object.entries({ host: "localhost", connection: "close", ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`)
  const bytes = await new Promise<Uint8Array>((resolve, reject) => {
    const parts: Uint8Array[] = []
    const socket = connect(port, "127.0.0.1")
    socket.on("data", (part: Uint8Array) => parts.push(part))
    socket.on("error", reject)
    socket.on("close", () => resolve(Buffer.concat(parts)))
    socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`)
  })
  return parse(bytes)
}

function parse(bytes: Uint8Array): Reply {
  const text = Buffer.from(bytes).toString("latin1")
  const end = text.indexOf("\r\n\r\n")
  const [first, ...rest] = text.slice(0, end).split("\r\n")
  const headers = new Headers(
    rest.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)]),
  )
  const body = bytes.subarray(end + 4)
  const whole = headers.get("transfer-encoding") === "chunked" ? withoutChunks(body) : body
  return replyOf(Number(first.split(" ")[1]), headers, whole)
}

function withoutChunks(body: Uint8Array): Uint8Array {
  const text = Buffer.from(body).toString("latin1")
  const parts: string[] = []
  for (let at = 0;;) {
    const start = text.indexOf("\r\n", at) + 2
    const length = Number.parseInt(text.slice(at, start), 16)
    if (length === 0) return Buffer.from(parts.join(""), "latin1")
    if (!(length > 0)) throw new Error("the last chunk is missing")
    parts.push(text.slice(start, start + length))
    at = start + length + 2
  }
}

/** The reply that consists of these, with `BOUNDARY` in place of a boundary. */
export function replyOf(status: number, all: Headers, bytes: Uint8Array): Reply {
  let body = Buffer.from(bytes).toString("latin1")
  const headers: Record<string, string> = {}
  for (const name of compared) {
    const value = all.get(name)
    if (value !== null) headers[name] = value
  }
  const boundary = /boundary=(\S+)/.exec(headers["content-type"] ?? "")?.[1]
  if (boundary !== undefined) {
    headers["content-type"] = headers["content-type"].replace(boundary, "BOUNDARY")
    body = body.replaceAll(boundary, "BOUNDARY")
  }
  return { status, headers, body: shortened(body) }
}

const shortened = (body: string): string =>
  body.length > 600 ? `${body.length}: ${sha256(Buffer.from(body, "latin1"))}` : body

const compared = [
  ...["accept-ranges", "allow", "cache-control", "content-encoding", "content-length"],
  ...["content-range", "content-type", "etag", "last-modified", "location", "vary"],
]
