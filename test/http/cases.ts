/**
 * Requests as bytes, and what a server must make of them. The reasons name the sections of RFC 9110 and 9112.
 *
 * @module
 */

/** What a client sends before it ends its side, and the statuses of the answers. */
export interface Case {
  readonly name: string
  /** Each character is a byte. */
  readonly bytes: string
  /** The statuses of all answers. After one of 400 and above, the server has closed. */
  readonly statuses: readonly number[]
}

const refuse = (name: string, bytes: string, status = 400): Case => ({
  name,
  bytes,
  statuses: [status],
})
const accept = (name: string, bytes: string, count = 1): Case => ({
  name,
  bytes,
  statuses: new Array(count).fill(200),
})
/** No answer: the request is incomplete, or was never begun. */
const silence = (name: string, bytes: string): Case => ({ name, bytes, statuses: [] })

const get = (lines: string): string => `GET / HTTP/1.1\r\nHost: a\r\n${lines}\r\n`
const post = (lines: string, body: string): string =>
  `POST / HTTP/1.1\r\nHost: a\r\n${lines}\r\n\r\n${body}`
const chunked = (body: string): string => post("Transfer-Encoding: chunked", body)
/** A request that must never be seen: it would be smuggled. */
const smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"

/** RFC 9112, sections 2.2 and 3: the request line. */
const requestLines: readonly Case[] = [
  accept("a request with a Host and nothing else", get("")),
  accept("HTTP/1.0 without a Host", "GET / HTTP/1.0\r\n\r\n"),
  accept("HTTP/1.0 with a Host", "GET / HTTP/1.0\r\nHost: a\r\n\r\n"),
  accept("one empty line before the request line (2.2)", `\r\n${get("")}`),
  refuse("three empty lines before the request line", `\r\n\r\n\r\n${get("")}`),
  refuse("a bare LF after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n"),
  refuse("bare LFs everywhere", "GET / HTTP/1.1\nHost: a\n\n"),
  refuse("a bare CR in the request line (2.2)", "GET /\ra HTTP/1.1\r\nHost: a\r\n\r\n"),
  refuse("HTTP/0.9 with a LF", "GET /\n\n"),
  refuse("HTTP/0.9 with a CRLF", "GET /\r\n\r\n"),
  refuse("two spaces after the method", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
  refuse("two spaces before the version", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n"),
  refuse("a tab after the method", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"),
  refuse("a tab before the version", "GET /\tHTTP/1.1\r\nHost: a\r\n\r\n"),
  refuse("a space after the version", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"),
  refuse("a space before the method", " GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
  refuse("no target", "GET HTTP/1.1\r\nHost: a\r\n\r\n"),
  refuse("a version in small letters (2.3)", "GET / http/1.1\r\nHost: a\r\n\r\n"),
  refuse("another protocol", "GET / HTTQ/1.1\r\nHost: a\r\n\r\n"),
  refuse("a version with two digits", "GET / HTTP/1.10\r\nHost: a\r\n\r\n"),
  refuse("a version with a leading zero", "GET / HTTP/01.1\r\nHost: a\r\n\r\n"),
  refuse("a version without a minor", "GET / HTTP/1\r\nHost: a\r\n\r\n"),
  refuse("HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n"),
  refuse("HTTP/0.9 by name", "GET / HTTP/0.9\r\nHost: a\r\n\r\n", 505),
  refuse("HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
  refuse("HTTP/3.0", "GET / HTTP/3.0\r\nHost: a\r\n\r\n"),
  refuse("HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  refuse("a method that is not known", "FROB / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
  refuse("a method in small letters (9110, 9.1)", "get / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
  refuse("a method that is no token", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n"),
  refuse("TRACE", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
  refuse("CONNECT, without a proxy", "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", 501),
  refuse("TLS where plain text is spoken", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
  silence("nothing", ""),
  silence("an empty line", "\r\n"),
  silence("half a request line", "GET / HT"),
  silence("a head without its end", "GET / HTTP/1.1\r\nHost: a\r\n"),
]

/** RFC 9112, section 3.2: the target, and Host. */
const targets: readonly Case[] = [
  accept("* for OPTIONS", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"),
  refuse("* for GET", "GET * HTTP/1.1\r\nHost: a\r\n\r\n"),
  accept("an absolute target that agrees with Host", "GET http://a/x HTTP/1.1\r\nHost: a\r\n\r\n"),
  accept("the same, in other letters", "GET HTTP://A/x HTTP/1.1\r\nHost: a\r\n\r\n"),
  accept("the same, with the default port", "GET http://a:80/x HTTP/1.1\r\nHost: a\r\n\r\n"),
  accept("an absolute target without a path", "GET http://a HTTP/1.1\r\nHost: a\r\n\r\n"),
  accept("an absolute target with only a query", "GET http://a?b HTTP/1.1\r\nHost: a\r\n\r\n"),
  refuse("an absolute target of another host", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n"),
  refuse("an absolute target of another port", "GET http://a:8080/ HTTP/1.1\r\nHost: a\r\n\r\n"),
  refuse("an absolute target with a user", "GET http://b@a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
  refuse("an absolute target of https", "GET https://a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
  refuse("an absolute target without a host", "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n"),
  refuse("an authority for GET", "GET a:80 HTTP/1.1\r\nHost: a\r\n\r\n"),
  refuse("a relative path", "GET x/y HTTP/1.1\r\nHost: a\r\n\r\n"),
  refuse("a fragment", "GET /x#y HTTP/1.1\r\nHost: a\r\n\r\n"),
  refuse("a NUL in the target", "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"),
  refuse("a byte above 127 in the target", "GET /\xe4 HTTP/1.1\r\nHost: a\r\n\r\n"),
  refuse("DEL in the target", "GET /\x7f HTTP/1.1\r\nHost: a\r\n\r\n"),
  refuse("no Host", "GET / HTTP/1.1\r\n\r\n"),
  refuse("two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
  refuse("two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"),
  refuse("an empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n"),
  refuse("a Host with a space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
  refuse("a Host with a comma", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"),
  refuse("a Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
  refuse("a Host with a user", "GET / HTTP/1.1\r\nHost: b@a\r\n\r\n"),
  refuse("a Host with a port above 65535", "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n"),
  refuse("a Host with a port that is no number", "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n"),
  refuse(
    "a Host that looks like an address and is none",
    "GET / HTTP/1.1\r\nHost: 1.2.3.400\r\n\r\n",
  ),
  refuse("a Host with an open bracket", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"),
  accept("a Host with a port", "GET / HTTP/1.1\r\nHost: a:8080\r\n\r\n"),
  accept("a Host with an IPv6 address", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"),
]

/** RFC 9112, section 5: header lines. */
const headers: readonly Case[] = [
  accept("blanks around a value", get("X: \t a \t \r\n")),
  accept("an empty value", get("X:\r\n")),
  accept("bytes above 127 in a value (9110, 5.5)", get("X: \xe4\r\n")),
  refuse("a space before the colon (5.1)", get("X : a\r\n")),
  refuse("a space before the colon of Content-Length", post("Content-Length : 5", "hello")),
  refuse(
    "a tab before the colon of Transfer-Encoding",
    post("Transfer-Encoding\t: chunked", "0\r\n\r\n"),
  ),
  refuse("a header without a colon", get("X\r\n")),
  refuse("a header without a name", get(": a\r\n")),
  refuse("a name that is no token", get("X(Y: a\r\n")),
  refuse("a name with a byte above 127", get("X\xe4: a\r\n")),
  refuse("a space before the first header (2.2)", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
  refuse("a folded line (5.2)", get("X: a\r\n b\r\n")),
  refuse("a folded line by a tab", get("X: a\r\n\tb\r\n")),
  refuse("a folded Content-Length", post("Content-Length:\r\n 5", "hello")),
  refuse("a folded Transfer-Encoding", post("Transfer-Encoding:\r\n chunked", "0\r\n\r\n")),
  refuse("a bare LF after a header", get("X: a\n")),
  refuse("a bare CR in a value (9110, 5.5)", get("X: a\rb\r\n")),
  refuse("a NUL in a value", get("X: a\0b\r\n")),
  refuse("a control character in a value", get("X: a\x01b\r\n")),
  refuse("DEL in a value", get("X: a\x7fb\r\n")),
  refuse("a bare LF for the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\n"),
  refuse(
    "an expectation that cannot be met (9110, 10.1.1)",
    get("Expect: 200-ok\r\n").replace("GET", "POST").replace(
      "\r\n\r\n",
      "\r\nContent-Length: 1\r\n\r\nx",
    ),
    417,
  ),
  accept(
    "Expect with its body already sent",
    post("Content-Length: 5\r\nExpect: 100-continue", "hello"),
  ),
  accept(
    "Upgrade, which nobody takes up (9110, 7.8)",
    get("Connection: upgrade\r\nUpgrade: h2c\r\n"),
  ),
  refuse("more headers than the limit", get("X: a\r\n".repeat(101)), 431),
  refuse("a head above the limit", get(`X: ${"a".repeat(17_000)}\r\n`), 431),
  refuse("a target above the limit", `GET /${"a".repeat(9000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 414),
]

/** RFC 9112, section 6: where a body ends. */
const lengths: readonly Case[] = [
  accept("a body with its length", post("Content-Length: 5", "hello")),
  accept("a body and another request behind it", post("Content-Length: 5", `hello${get("")}`), 2),
  accept("a length of 0", post("Content-Length: 0", "")),
  accept("a length with leading zeros", post("Content-Length: 0005", "hello")),
  accept("GET with a body", get("Content-Length: 5\r\n") + "hello"),
  accept("a chunked body", chunked("5\r\nhello\r\n0\r\n\r\n")),
  accept("a coding in other letters", post("Transfer-Encoding: Chunked", "0\r\n\r\n")),
  refuse("two lengths", post("Content-Length: 5\r\nContent-Length: 6", "hello")),
  refuse("the same length twice", post("Content-Length: 5\r\nContent-Length: 5", "hello")),
  refuse("a list of lengths", post("Content-Length: 5, 5", "hello")),
  refuse("a length with a sign", post("Content-Length: +5", "hello")),
  refuse("a negative length", post("Content-Length: -5", "hello")),
  refuse("a length in hexadecimal", post("Content-Length: 0x5", "hello")),
  refuse("a length with an exponent", post("Content-Length: 5e0", "hello")),
  refuse("a length with a blank in it", post("Content-Length: 1 0", "hello")),
  refuse("a length that is no number", post("Content-Length: five", "hello")),
  refuse("an empty length", post("Content-Length:", "hello")),
  refuse("a length above 2^64", post("Content-Length: 99999999999999999999", "hello")),
  refuse("a length above what a number can hold", post("Content-Length: 9007199254740993", "")),
  refuse("a length above the limit", post("Content-Length: 1000000000", ""), 413),
  refuse(
    "a length and a coding (6.1)",
    post("Content-Length: 5\r\nTransfer-Encoding: chunked", `0\r\n\r\n${smuggled}`),
  ),
  refuse(
    "a coding and a length (6.1)",
    post("Transfer-Encoding: chunked\r\nContent-Length: 5", `0\r\n\r\n${smuggled}`),
  ),
  refuse(
    "a coding in HTTP/1.0 (6.1)",
    `POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
  ),
  refuse("a coding that is not known", post("Transfer-Encoding: gzip", "x"), 501),
  refuse("identity, which is no longer a coding", post("Transfer-Encoding: identity", "x"), 501),
  refuse("gzip before chunked", post("Transfer-Encoding: gzip, chunked", "0\r\n\r\n"), 501),
  refuse("chunked before gzip (6.1)", post("Transfer-Encoding: chunked, gzip", "0\r\n\r\n")),
  refuse("chunked twice (6.1)", post("Transfer-Encoding: chunked, chunked", "0\r\n\r\n")),
  refuse(
    "chunked in two headers",
    post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
  ),
  refuse(
    "chunked and identity in two headers",
    post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "0\r\n\r\n"),
  ),
  refuse("a coding with a vertical tab", post("Transfer-Encoding: \x0bchunked", "0\r\n\r\n")),
  refuse("a coding in quotes", post('Transfer-Encoding: "chunked"', "0\r\n\r\n"), 501),
  refuse("a coding with a parameter", post("Transfer-Encoding: chunked;a=b", "0\r\n\r\n"), 501),
  refuse(
    "a coding that only begins as chunked",
    post("Transfer-Encoding: chunkedx", "0\r\n\r\n"),
    501,
  ),
  refuse("an empty coding", post("Transfer-Encoding:", "0\r\n\r\n")),
  {
    name: "a length under a name that only looks like it",
    bytes: post("Content_Length: 5", "hello"),
    statuses: [200, 400],
  },
  silence("a body that ends early", post("Content-Length: 5", "hell")),
]

/** RFC 9112, section 7.1: chunks. */
const chunks: readonly Case[] = [
  accept("two chunks", chunked("1\r\na\r\n2\r\nbc\r\n0\r\n\r\n")),
  accept("a size in capitals, with zeros", chunked(`00A\r\n${"a".repeat(10)}\r\n0\r\n\r\n`)),
  accept("an extension", chunked("5;a=b\r\nhello\r\n0\r\n\r\n")),
  accept("an extension in quotes", chunked('5;a="b c"\r\nhello\r\n0\r\n\r\n')),
  accept("a trailer", chunked("5\r\nhello\r\n0\r\nX: y\r\n\r\n")),
  accept("another request behind the last chunk", chunked(`0\r\n\r\n${get("")}`), 2),
  refuse("a size with a sign", chunked("+5\r\nhello\r\n0\r\n\r\n")),
  refuse("a negative size", chunked("-5\r\nhello\r\n0\r\n\r\n")),
  refuse("a size with 0x", chunked("0x5\r\nhello\r\n0\r\n\r\n")),
  refuse("no size", chunked("\r\nhello\r\n0\r\n\r\n")),
  refuse("a size that is no number", chunked("g\r\nhello\r\n0\r\n\r\n")),
  refuse("a size above 2^64", chunked("fffffffffffffffff\r\nhello\r\n0\r\n\r\n")),
  refuse("a blank after the size", chunked("5 \r\nhello\r\n0\r\n\r\n")),
  refuse("a blank before the size", chunked(" 5\r\nhello\r\n0\r\n\r\n")),
  refuse("an underscore in the size", chunked("1_0\r\nhello\r\n0\r\n\r\n")),
  refuse("a bare LF after the size", chunked("5\nhello\r\n0\r\n\r\n")),
  refuse("a bare CR after the size", chunked("5\rhello\r\n0\r\n\r\n")),
  refuse("a bare LF in an extension", chunked(`5;a\nhello\r\n0\r\n\r\n`)),
  refuse("a bare CR in an extension", chunked("5;a\rb\r\nhello\r\n0\r\n\r\n")),
  refuse("a NUL in an extension", chunked("5;a\0\r\nhello\r\n0\r\n\r\n")),
  refuse("a chunk longer than its size", chunked("4\r\nhello\r\n0\r\n\r\n")),
  refuse("a bare LF after a chunk", chunked("5\r\nhello\n0\r\n\r\n")),
  refuse("a chunk without its end of line", chunked("5\r\nhello0\r\n\r\n")),
  refuse("a bare LF for the last empty line", chunked("0\r\n\n")),
  refuse("a trailer that would be framing", chunked("0\r\nContent-Length: 5\r\n\r\n")),
  refuse("a trailer that would be a coding", chunked("0\r\nTransfer-Encoding: chunked\r\n\r\n")),
  refuse("a trailer that would be a Host", chunked("0\r\nHost: b\r\n\r\n")),
  refuse("a trailer that would say who it is", chunked("0\r\nAuthorization: x\r\n\r\n")),
  refuse("a folded trailer", chunked("0\r\nX: a\r\n b\r\n\r\n")),
  refuse("a trailer without a colon", chunked("0\r\nX\r\n\r\n")),
  refuse(
    "trailers above the limit",
    chunked(`0\r\n${`X: ${"a".repeat(1000)}\r\n`.repeat(9)}\r\n`),
    431,
  ),
  refuse(
    "extensions above the limit",
    chunked(`5;${"a".repeat(30_000)}\r\nhello\r\n0\r\n\r\n`),
    413,
  ),
  refuse("many chunks with extensions", chunked(`1;${"a".repeat(1000)}\r\nx\r\n`.repeat(40)), 413),
  silence("chunks without an end", chunked("5\r\nhello\r\n")),
  silence("half a chunk", chunked("5\r\nhel")),
]

/** RFC 9112, section 9: one request behind another. */
const pipelines: readonly Case[] = [
  accept("three requests at once", get("").repeat(3), 3),
  accept("bodies between them", (post("Content-Length: 5", "hello") + get("")).repeat(2), 4),
  accept("nothing behind Connection: close", get("Connection: close\r\n") + smuggled),
  accept("nothing behind a list that has close", get("Connection: x, Close\r\n") + smuggled),
  accept("nothing behind HTTP/1.0", `GET / HTTP/1.0\r\n\r\n${smuggled}`),
  accept("keep-alive in HTTP/1.0", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n".repeat(2), 2),
  {
    name: "a bad request behind a good one",
    bytes: `${get("")}GET / HTTP/1.1\r\n\r\n`,
    statuses: [200, 400],
  },
  {
    name: "nothing behind a bad request",
    bytes: `GET / HTTP/1.1\r\n\r\n${smuggled}`,
    statuses: [400],
  },
]

export const cases: readonly Case[] = [
  ...requestLines,
  ...targets,
  ...headers,
  ...lengths,
  ...chunks,
  ...pipelines,
]
