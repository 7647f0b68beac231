/**
 * Request lines, Hosts and header lines that some server reads otherwise.
 *
 * @module
 */
import { accept, because, type Case, get, line, refuse, shown, smuggled } from "./case.ts"

const lines = because("RFC 9112, section 3: method, space, target, space, version, CRLF", [
  ...[
    ...["GET /pa th HTTP/1.1", "GET /?a b HTTP/1.1", "GET / HTTP/ 1.1", "GET / HTTP/111"],
    ...["GET / HTTP/1.1.1", "GET / HTTP/1,1", "GET / HTTP/9.9", "GET / HTTP/0.99", "GET / FTP/1.1"],
    ...["GET / HTTP/1.1\r", "GET / HTTP/1.1\rX: y", "GET / HTTP/1.1 HTTP/1.1", "GET / HTTP/1.1x"],
    ...["GET / HTTP/1.1\0", "GET / hTTP/1.1", `GET / HTTP/${"1".repeat(100)}.1`],
    ...["GET\n/\nHTTP/1.1", "GET\0 / HTTP/1.1", "GET\0PROXY / HTTP/1.1", "GET: / HTTP/1.1"],
    ...["GET\xdf / HTTP/1.1", "GE\tT / HTTP/1.1", "\0GET / HTTP/1.1", "bla:rgh / HTTP/1.1", "   "],
    ...[
      "GET /\t HTTP/1.1",
      "GET /a\x0bb HTTP/1.1",
      "GET /\xc3\xa4 HTTP/1.1",
      "M-SEARCH * HTTP/1.1",
    ],
    ...["PRI / HTTP/1.1", "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443", "\x80\xff\x00\x01\x02"],
    ...[`${"A".repeat(10_000)} / HTTP/1.1`],
  ].map((text) => refuse(`the line ${shown(text.slice(0, 50))}`, line(text))),
  refuse("a token that is no method", line("-bl / HTTP/1.1"), 501),
  refuse("a method of RTSP", line("DESCRIBE / HTTP/1.1"), 501),
  accept("a method of WebDAV", line("PROPFIND / HTTP/1.1")),
  refuse("two empty lines before the request line", `\r\n\r\n${get("")}`),
  refuse("a LF before the request line", `\n${get("")}`),
  refuse("a CR before the request line", `\r${get("")}`),
  refuse("a line with a blank before the request line", ` \r\n${get("")}`),
])

const targets = because("RFC 9112, section 3.2: four forms, and no other reading of any", [
  ...[
    ...["http://a@b/", "http://a:80:80/", "http://[::1/", "http://a\\b/", "http://a:99999/"],
    ...["http://a#b", "http://a/#b", "http:a/", "ftp://a/", "ws://a/", "?x", "a", "http://"],
  ].map((target) => refuse(`the target ${target}`, line(`GET ${target} HTTP/1.1`))),
  refuse("a star with a letter, for OPTIONS", line("OPTIONS *x HTTP/1.1")),
  accept("the whole server by its URL, for OPTIONS", line("OPTIONS http://a HTTP/1.1")),
  // They are paths of this server, whatever they look like.
  ...["//evil/", "//", "/\\a", "/%00", "/%0d%0aX:y", "/%c0%ae%c0%ae/", "/;a=b", "/a:80", "/@a"]
    .map((target) => accept(`the path ${target}`, line(`GET ${target} HTTP/1.1`))),
])

const hosts = because("RFC 9112, section 3.2: the Host decides which site is asked", [
  ...[
    ...["a\tb", "a:80:80", "a:", ":80", "[::1]x", "[v1.a]", "[::1]:", "a;b", "a%2eb", "a\x80", "*"],
    ...["0.0.0.0=5000", "999.1.1.1", 'a"b', "http://a", "a?b", "a#b", "a\\b", "/", "a:1_0"],
    // A URL makes 1.2.0.3 and 127.0.0.1 of them: another name than a proxy has seen.
    ...["1.2.3", "0x7f.1", "017700000001", "127.1"],
  ].map((host) => refuse(`the Host ${shown(host)}`, `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`)),
  refuse("a malformed Host in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a b\r\n\r\n"),
  refuse("two Hosts in other letters", get("HOST: a\r\n")),
  refuse("two Hosts that differ", get("hOsT: b\r\n")),
  ...[
    "a_b",
    "a.",
    "-a",
    "a:0",
    "A:8080",
    "[::ffff:1.2.3.4]",
    " a\t",
    "127.0.0.1:8080",
    "xn--bcher-kva",
  ]
    .map((host) => accept(`the Host ${shown(host)}`, `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`)),
])

const headers = because("RFC 9112, section 5: token, colon, value, CRLF", [
  ...[
    ...[
      " \r\n",
      "\t\r\n",
      " : x\r\n",
      "Host\0: a\r\n",
      "Ho st: a\r\n",
      "Host\r: a\r\n",
      "\r: x\r\n",
    ],
    ...["X:a\r\r\n", "X: a\n\r\n", "X\n: a\r\n", "X:\r\n a\r\n", "X:\n a\r\n", "X: \r\r\n b\r\n"],
    ...["X: \x07\r\n", "X: a\x0bb\r\n", "X: a\x0cb\r\n", "X: a\x1bb\r\n", "Cookie: a=\0\r\n"],
    ...[
      '"X": a\r\n',
      "X;: a\r\n",
      "{X: a\r\n",
      "X=: a\r\n",
      "X/: a\r\n",
      "@X: a\r\n",
      "\x7fX: a\r\n",
    ],
    ...["X: a\nContent-Length: 40\r\n", "X: a\rContent-Length: 40\r\n"],
  ].map((text) => refuse(`the header ${shown(text)}`, get(text) + smuggled)),
  refuse("a name above the limit", get(`${"X".repeat(20_000)}: a\r\n`), 431),
  refuse("a Host behind a folded line", "GET / HTTP/1.1\r\nX: a\r\n b\r\nHost: a\r\n\r\n"),
  refuse("a blank line before the Host", "GET / HTTP/1.1\r\n \r\nHost: a\r\n\r\n"),
  ...["Cookie: ===;;;\r\n", "Cookie: a\r\nCookie: b\r\n", "Content-Type: a\r\nContent-Type: b\r\n"]
    .map((text) => accept(`the header ${shown(text)}`, get(text) + get(""), 2)),
  accept("Expect without a body", get("Expect: 100-continue\r\n") + get(""), 2),
])

const connections = because("RFC 9112, section 9.3: nothing is read behind a last request", [
  ...[
    ...["Connection: close, keep-alive\r\n", "Connection: ,,close\r\n", "Connection:\tCLOSE \r\n"],
    ...["Connection: keep-alive\r\nConnection: close\r\n"],
  ].map((text) => accept(`nothing behind ${shown(text)}`, get(text) + smuggled)),
  accept(
    "nothing behind an upgrade of HTTP/1.0",
    `GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n${smuggled}`,
  ),
])

export const heads: readonly Case[] = [...lines, ...targets, ...hosts, ...headers, ...connections]
