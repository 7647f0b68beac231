import { cases } from "../http/cases.ts"

const get = (path: string, lines = ""): string =>
  `GET ${path} HTTP/1.1\r\nHost: fuzz.test\r\n${lines}\r\n`
const post = (lines: string, body: string): string =>
  `POST /upload HTTP/1.1\r\nHost: fuzz.test\r\n${lines}\r\n\r\n${body}`
const chunks = (...parts: readonly string[]): string =>
  parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join("")
const chunked = (body: string, trailers = ""): string =>
  post("Transfer-Encoding: chunked", `${body}0\r\n${trailers}\r\n`)

const smuggled = get("/smuggled")

/** Requests that each get an answer, after which the connection goes on. */
export const valid: readonly string[] = [
  get("/"),
  get("/text?a=b&c=%20d"),
  get("/stream", "Accept: */*\r\nAccept-Encoding: gzip, br\r\n"),
  get("/cached", "User-Agent: a fuzz\r\nCookie: a=b; c=d\r\n"),
  get("/nothing", 'If-None-Match: W/"a", "b"\r\nRange: bytes=0-4, -5\r\n'),
  get("http://fuzz.test/absolute?x"),
  get("/text", "X-Folded: no\r\nX-High: \xe4\xf6\xfc\r\nX-Empty:\r\n"),
  `\r\n${get("/text")}`,
  "HEAD /text HTTP/1.1\r\nHost: fuzz.test\r\n\r\n",
  "OPTIONS * HTTP/1.1\r\nHost: fuzz.test\r\n\r\n",
  "GET /text HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
  post("Content-Length: 11", "hello world"),
  post(`Content-Type: text/plain\r\nContent-Length: ${smuggled.length}`, smuggled),
  post("Expect: 100-continue\r\nContent-Length: 5", "hello"),
  chunked(chunks("hello", " ", "world")),
  chunked(chunks("a".repeat(300), "0\r\n\r\n", "GET / HTTP/1.1\r\n\r\n")),
  chunked('005;name=value;other="a b"\r\nhello\r\n'),
  chunked(chunks("hello"), "X-Sum: 1\r\nX-Other: 2\r\n"),
  "PUT /upload HTTP/1.1\r\nHost: [::1]:8080\r\nContent-Length: 3\r\n\r\nput",
  "DELETE /text HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
]

/** Also those that must be refused. Long ones would only take time. */
export const seeds: readonly string[] = [
  ...valid,
  ...cases.map(({ bytes }) => bytes).filter(({ length }) => length > 0 && length < 2500),
]
