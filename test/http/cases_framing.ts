/**
 * Where a body ends: every way in which two servers were seen to disagree about it.
 *
 * @module
 */
import {
  accept,
  because,
  type Case,
  chunked,
  get,
  post,
  refuse,
  shown,
  silence,
  smuggled,
} from "./case.ts"

/** A request with these lines and a chunked body, and another one in what a Content-Length would cover. */
const hidden = (lines: string): string => post(lines, `0\r\n\r\n${smuggled}`)

const both = because(
  "RFC 9112, section 6.1: one server goes by the length, the other by the coding (CL.TE, TE.CL)",
  [
    "Transfer-Encoding: chunked ",
    "Transfer-Encoding:\tchunked",
    "Transfer-Encoding: , chunked",
    "Transfer-Encoding: chunked,",
    "Transfer-Encoding: \x0cchunked",
    "Transfer-Encoding: chunked\0",
    "Transfer-Encoding : chunked",
    "Transfer-Encoding: xchunked",
    "Transfer-Encoding: identity",
    "TRANSFER-ENCODING: Chunked",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
  ].flatMap((coding) => [
    refuse(`${shown(coding)} behind a length`, hidden(`Content-Length: 6\r\n${coding}`)),
    refuse(`${shown(coding)} before a length`, hidden(`${coding}\r\nContent-Length: 30`)),
  ]),
)

const codings = because(
  "RFC 9112, section 6.1: what is not understood, or not the last coding, hides the end of the body",
  [
    refuse(
      "four codings in a list",
      hidden("Transfer-Encoding: identity, chunked, identity, chunked"),
    ),
    refuse(
      "four codings in four lines",
      hidden(
        ["identity", "chunked", "identity", "chunked"].map((coding) =>
          `Transfer-Encoding: ${coding}`
        )
          .join("\r\n"),
      ),
    ),
    refuse("an empty member before the coding", hidden("Transfer-Encoding: , chunked"), 501),
    refuse("an empty member behind the coding", hidden("Transfer-Encoding: chunked,")),
    refuse("a form feed before the coding", hidden("Transfer-Encoding: \x0cchunked")),
    refuse("a NUL behind the coding", hidden("Transfer-Encoding: chunked\0")),
    refuse("a coding that ends with chunked", hidden("Transfer-Encoding: xchunked"), 501),
    refuse(
      "chunked, and a coding that is none",
      hidden("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked-false"),
    ),
    accept("a blank behind the coding", post("Transfer-Encoding: chunked ", "0\r\n\r\n")),
    accept("a tab before the coding", post("Transfer-Encoding:\tchunked", "0\r\n\r\n")),
    accept(
      "a name that only looks like it, beside a length",
      post("Transfer_Encoding: chunked\r\nContent-Length: 5", `hello${get("")}`),
      2,
    ),
    accept(
      "a name that only looks like it, beside the coding",
      post("Transfer_Encoding: gzip\r\nTransfer-Encoding: chunked", `0\r\n\r\n${get("")}`),
      2,
    ),
  ],
)

const lengths = because("RFC 9110, section 8.6: a length is digits, and there is one", [
  ...["-0", "0_1", "0 1", "0o5", "5x", "5,", ",5", "5, 10", "5, 5, 5", "5;", "5.0", "'5'", "1e0"]
    .map((value) =>
      refuse(`the length ${shown(value)}`, post(`Content-Length: ${value}`, "hello"))
    ),
  refuse("a length in wide digits", post("Content-Length: \xef\xbc\x95", "hello")),
  refuse("a vertical tab behind a length", post("Content-Length: 5\x0b", "hello")),
  refuse("a form feed before a length", post("Content-Length: \x0c5", "hello")),
  refuse("more zeros than digits can be", post(`Content-Length: ${"0".repeat(30)}5`, "hello")),
  refuse(
    "an empty length before one that hides a request",
    post(`Content-Length:\r\nContent-Length: ${smuggled.length}`, smuggled),
  ),
  refuse(
    "two lengths that hide a request",
    post(`Content-Length: 4\r\nContent-Length: ${4 + smuggled.length}`, `PING${smuggled}`),
  ),
  refuse(
    "a second length with a space before its colon",
    post("Content-Length: 5\r\nContent-Length : 3", "hello"),
  ),
  refuse("a tab in place of the dash", post("Content-Length: 5\r\nContent\tLength: 3", "hello")),
  refuse("a name with a letter more", post("Content-Length\xdf: 3\r\nContent-Length: 3", "abc")),
  accept("a tab before a length", post("Content-Length:\t5", "hello")),
  accept("a blank behind a length", post("Content-Length: 5 ", "hello")),
  accept("zero in two digits", post("Content-Length: 00", get("")), 2),
  accept(
    "a length that looks octal",
    post("Content-Length: 010", `${"x".repeat(10)}${get("")}`),
    2,
  ),
  accept(
    "a length that Connection names: it counts all the same",
    post("Connection: content-length\r\nContent-Length: 5", `hello${get("")}`),
    2,
  ),
  accept(
    "a coding that Connection names",
    post("Connection: transfer-encoding\r\nTransfer-Encoding: chunked", `0\r\n\r\n${get("")}`),
    2,
  ),
])

const methods = because("RFC 9110, section 9.3: a body of any method ends where it says", [
  ...["GET", "HEAD", "OPTIONS", "DELETE", "PATCH"].flatMap((method) => [
    accept(
      `${method} with a length, and a request behind it`,
      `${method} / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello${get("")}`,
      2,
    ),
    accept(
      `${method} with chunks, and a request behind it`,
      `${method} / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n${
        get("")
      }`,
      2,
    ),
  ]),
  accept(
    "a body that is the beginning of a request",
    get("Content-Length: 24\r\n") + "GET /smuggled HTTP/1.1\r\n" + get(""),
    2,
  ),
  {
    name: "a byte behind an empty body",
    bytes: post("Content-Length: 0", "\x01"),
    statuses: [200, 400],
  },
  {
    name: "a letter before the next request",
    bytes: post("Content-Length: 0", `X${get("")}`),
    statuses: [200, 501],
  },
  accept(
    "a body behind Expect, in HTTP/1.0",
    "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello",
  ),
  accept(
    "HTTP/1.0 with a body and keep-alive",
    `POST / HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello${get("")}`,
    2,
  ),
  accept(
    "an upgrade with a length, and a request behind it",
    post("Connection: upgrade\r\nUpgrade: h2c\r\nContent-Length: 5", `hello${get("")}`),
    2,
  ),
  accept(
    "an upgrade with chunks, and a request behind it",
    post(
      "Connection: upgrade\r\nUpgrade: h2c\r\nTransfer-Encoding: chunked",
      `5\r\nhello\r\n0\r\n\r\n${get("")}`,
    ),
    2,
  ),
  refuse(
    "CONNECT with a body",
    `CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\nContent-Length: 5\r\n\r\nhello${smuggled}`,
    501,
  ),
  refuse(
    "TRACE with a body",
    `TRACE / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello${smuggled}`,
    501,
  ),
])

const chunk = (name: string, line: string): Case =>
  refuse(name, chunked(`${line}hello\r\n0\r\n\r\n${smuggled}`))

const sizes = because(
  "RFC 9112, section 7.1: a size is hexadecimal digits, and CRLF ends its line",
  [
    chunk("a blank before an extension", "5 ;a=b\r\n"),
    chunk("a tab behind a size", "5\t\r\n"),
    chunk("two CRs behind a size", "5\r\r\n"),
    chunk("a letter behind a size", "5h\r\n"),
    chunk("a point behind a size", "5.\r\n"),
    chunk("a comma in a size", "5,5\r\n"),
    chunk("a wide digit for a size", "\xef\xbc\x95\r\n"),
    chunk("a NUL before a size", "\x005\r\n"),
    chunk("an extension without a size", ";a=b\r\n"),
    chunk("a blank in place of a size", " ;a=b\r\n"),
    chunk("a LF before an extension", "5\n;\r\n"),
    refuse("LFs alone", chunked("5\nhello\n0\n\n")),
    refuse("a sign before the last size", chunked(`+0\r\n\r\n${smuggled}`)),
    refuse("a size of 2^64", chunked("10000000000000000\r\nA")),
    silence("a size of 2^32, which no 32 bits may cut to 0", chunked("100000000\r\nAAAA\r\n")),
    silence("a size of 2^64 - 1", chunked("ffffffffffffffff\r\nAAAA")),
    accept("a size with many zeros", chunked("00000000000000000005\r\nhello\r\n0\r\n\r\n")),
    accept("a last size with many zeros", chunked(`00000\r\n\r\n${get("")}`), 2),
  ],
)

const ends = because(
  "RFC 9112, section 7.1: CRLF ends a chunk, and the body (TERM.EXT, SPILL.TERM)",
  [
    refuse("two letters for the end of a chunk", chunked("5\r\nhelloXY0\r\n\r\n")),
    refuse("CR and a letter", chunked("3\r\nABC\rX0\r\n\r\n")),
    refuse("a letter and LF", chunked("3\r\nABCX\n0\r\n\r\n")),
    refuse("two CRs", chunked("5\r\nhello\r\r\n0\r\n\r\n")),
    refuse("a letter and LF for the end of the body", chunked("0\r\nA\n")),
    refuse("CR and a letter for the end of the body", chunked("0\r\n\rA")),
    refuse("a blank line for the end of the body", chunked("0\r\n \r\n")),
    refuse("a request behind a colon in place of the end", chunked(`0\r\nX:${smuggled}`)),
    accept(
      "a trailer that looks like a request line",
      chunked("0\r\nX:GET /smuggled HTTP/1.1\r\n\r\n"),
    ),
    silence("no end of the body", chunked("5\r\nhello\r\n0\r\n")),
  ],
)

const extensions = because(
  "RFC 9112, section 7.1.1: extensions may be ignored, but not what ends them",
  [
    chunk("a semicolon alone", "5;\r\n"),
    chunk("a name that is no token", "5;bad[=x\r\n"),
    chunk("blanks around a name", "5; a=b\r\n"),
    chunk("blanks around the equals sign", "5;a = b\r\n"),
    chunk("a control character", "5;\x01a\r\n"),
    chunk("DEL", "5;a=\x7f\r\n"),
    chunk("CR in quotes", '5;a="b\rc"\r\n'),
    chunk("LF in quotes", '5;a="b\nc"\r\n'),
    chunk("quotes without an end", '5;a="b\r\n'),
    chunk("a letter behind quotes", '5;a="b"c\r\n'),
    chunk("a LF behind a semicolon", "5;\n"),
    accept("several extensions", chunked('5;a;b;c="d";e=f\r\nhello\r\n0\r\n\r\n')),
    accept("a quote in quotes", chunked('5;a="b\\"c"\r\nhello\r\n0\r\n\r\n')),
    accept("an extension of the last chunk", chunked("0;x=y\r\n\r\n")),
    // Without a framing meaning, and llhttp takes them.
    accept("an extension without a value", chunked("5;a=\r\nhello\r\n0\r\n\r\n")),
    accept("an extension without a name", chunked("5;=a\r\nhello\r\n0\r\n\r\n")),
  ],
)

const trailers = because("RFC 9110, section 6.5.1: a trailer must not change what came before it", [
  ...[
    ...["authorization", "cache-control", "connection", "content-encoding", "content-length"],
    ...["content-range", "content-type", "cookie", "expect", "forwarded", "host", "if-match"],
    ...[
      "if-none-match",
      "keep-alive",
      "max-forwards",
      "proxy-authorization",
      "range",
      "set-cookie",
    ],
    ...["te", "trailer", "transfer-encoding", "upgrade", "x-forwarded-for", "x-forwarded-host"],
  ].map((name) => refuse(`the trailer ${name}`, chunked(`0\r\n${name}: 1\r\n\r\n`))),
  refuse("a forbidden trailer without a value", chunked("0\r\nHOST:\r\n\r\n")),
  refuse("a space before the colon of a trailer", chunked("0\r\nX : a\r\n\r\n")),
  refuse("a NUL in a trailer", chunked("0\r\nX: a\0b\r\n\r\n")),
  refuse("a bare LF behind a trailer", chunked("0\r\nX: a\nY: b\r\n\r\n")),
  refuse("a trailer without a name", chunked("0\r\n: a\r\n\r\n")),
  refuse("more trailers than headers may be", chunked(`0\r\n${"a:\r\n".repeat(101)}\r\n`), 431),
])

export const framing: readonly Case[] = [
  ...both,
  ...codings,
  ...lengths,
  ...methods,
  ...sizes,
  ...ends,
  ...extensions,
  ...trailers,
]
