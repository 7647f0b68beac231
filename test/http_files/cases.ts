/**
 * Requests for files. nginx was asked each of them once (`ask_nginx_main.ts`), and `nginx.json` has its
 * answers.
 *
 * @module
 */
import type { Question } from "./ask.ts"

/** A request, and where the answer differs from nginx's, why. */
export interface Case extends Question {
  /** What it shows. */
  readonly name: string
  /** What Zerowire answers instead of nginx's status and headers; `undefined`: not that header. */
  readonly instead?: {
    readonly status?: number
    readonly headers?: Readonly<Record<string, string | undefined>>
    readonly body?: string
  }
  /** The reason. */
  readonly why?: string
}

/** The time of all files. */
const modified = "Sun, 09 Sep 2001 01:46:40 GMT"
const before = "Sun, 09 Sep 2001 01:46:39 GMT"
const later = "Sun, 09 Sep 2001 01:46:41 GMT"

const get = (
  name: string,
  headers: Readonly<Record<string, string>> = {},
  more: Omit<Partial<Case>, "headers" | "name"> = {},
): Case => ({ name, path: "/digits.txt", headers, ...more })

/** The answer to a condition that holds, or that is ignored, as a malformed Range is. */
const whole = {
  status: 200,
  headers: {
    "accept-ranges": "bytes",
    "content-length": "10",
    "content-range": undefined,
    "content-type": "text/plain; charset=utf-8",
    etag: "{etag}",
    "last-modified": modified,
  },
  body: "0123456789",
}

const notModified = {
  status: 304,
  headers: {
    "accept-ranges": undefined,
    "content-length": undefined,
    "content-type": undefined,
  },
  body: "",
}

const plain: readonly Case[] = [
  get("a file"),
  get("a file's head", {}, { method: "HEAD" }),
  get("a large file", {}, { path: "/large.bin" }),
  get("an empty file", {}, { path: "/empty.txt" }),
  get("a file without an ending", {}, { path: "/large" }),
  get("a query", {}, { path: "/digits.txt?a=/../b" }),
  get("a method that files do not have", {}, { method: "POST" }),
  get("another", {}, { method: "DELETE" }),
]

const conditions: readonly Case[] = [
  get("If-None-Match with the tag", { "if-none-match": "{etag}" }),
  get("If-None-Match with the weak tag", { "if-none-match": "W/{etag}" }),
  get("If-None-Match with a list", { "if-none-match": '"a", "b,c" , {etag}' }),
  get("If-None-Match with other tags", { "if-none-match": '"a", W/"b"' }),
  get("If-None-Match with any", { "if-none-match": "*" }),
  get("If-None-Match without quotes", { "if-none-match": "a" }),
  get("If-None-Match of a HEAD", { "if-none-match": "{etag}" }, { method: "HEAD" }),
  get("If-Match with the tag", { "if-match": "{etag}" }),
  get("If-Match with the weak tag", { "if-match": "W/{etag}" }),
  get("If-Match with a list", { "if-match": '"a", {etag}' }),
  get("If-Match with another", { "if-match": '"a"' }),
  get("If-Match with any", { "if-match": "*" }),
  get("If-Match with another, of a HEAD", { "if-match": '"a"' }, { method: "HEAD" }),
  get("If-Modified-Since its time", { "if-modified-since": modified }),
  get("If-Modified-Since before", { "if-modified-since": before }),
  get("If-Modified-Since later", { "if-modified-since": later }, {
    instead: notModified,
    why: "RFC 9110, 13.1.3: it has not changed since; nginx compares exactly",
  }),
  get("If-Modified-Since in RFC 850's form", {
    "if-modified-since": "Sunday, 09-Sep-01 01:46:40 GMT",
  }),
  get("If-Modified-Since in asctime's form", { "if-modified-since": "Sun Sep  9 01:46:40 2001" }),
  get("If-Modified-Since nonsense", { "if-modified-since": "yesterday" }),
  get("If-Modified-Since a day that is none", {
    "if-modified-since": "Sun, 31 Feb 2021 01:46:40 GMT",
  }),
  get("If-Unmodified-Since its time", { "if-unmodified-since": modified }),
  get("If-Unmodified-Since before", { "if-unmodified-since": before }),
  get("If-Unmodified-Since later", { "if-unmodified-since": later }),
  get("If-Unmodified-Since nonsense", { "if-unmodified-since": "yesterday" }, {
    instead: whole,
    why: "RFC 9110, 13.1.4: what is not a date must be ignored",
  }),
  get("If-None-Match goes before If-Modified-Since: another tag", {
    "if-none-match": '"a"',
    "if-modified-since": later,
  }),
  get("If-None-Match goes before If-Modified-Since: the tag", {
    "if-none-match": "{etag}",
    "if-modified-since": before,
  }, {
    instead: notModified,
    why: "RFC 9110, 13.1.3: If-Modified-Since must then be ignored",
  }),
  get("If-Match goes before If-Unmodified-Since", {
    "if-match": "{etag}",
    "if-unmodified-since": before,
  }, { instead: whole, why: "RFC 9110, 13.1.4: If-Unmodified-Since must then be ignored" }),
  get("If-Match goes before If-None-Match", { "if-match": '"a"', "if-none-match": "{etag}" }),
  get("both match", { "if-match": "{etag}", "if-none-match": "{etag}" }),
  get("If-Unmodified-Since goes before If-Modified-Since", {
    "if-unmodified-since": before,
    "if-modified-since": modified,
  }),
]

const range = (value: string, more: Omit<Partial<Case>, "headers" | "name"> = {}): Case =>
  get(`Range: ${value}, ${more.method ?? "GET"} ${more.path ?? ""}`, { range: value }, more)

const ranges: readonly Case[] = [
  ...["0-0", "2-4", "9-9", "0-9", "0-", "5-", "9-", "0-99", "-1", "-3", "-10", "-99"],
  ...["10-", "10-20", "99-100", "-0"],
  ...["0-1,4-5", "4-5,0-1", "0-0,-1", "0-0, 2-2 ,9-9", "0-1,20-30", "20-30,0-1", "20-30,40-"],
  ...["0-1,2-3", "99999999999999999999-"],
].map((set) => range(`bytes=${set}`))

const malformed: readonly Case[] = [
  ...["a-b", "1", "1-2,a", "-", "--1", "1-2-3", "1 - 2", "0x1-2", "5-3", "", ","],
].map((set) =>
  range(`bytes=${set}`, { instead: whole, why: "RFC 9110, 14.2: it may be ignored or refused" })
)

const joined: readonly Case[] = [
  range("bytes=0-3,2-5", {
    instead: {
      headers: {
        "content-length": "6",
        "content-type": "text/plain; charset=utf-8",
        "content-range": "bytes 0-5/10",
      },
      body: "012345",
    },
    why: "RFC 9110, 15.3.7.2: ranges that overlap may be joined",
  }),
  range("bytes=2-5,8-9,0-3", {
    instead: {
      headers: { "content-length": "232" },
      body: "\r\n--BOUNDARY\r\nContent-Type: text/plain; charset=utf-8\r\n" +
        "Content-Range: bytes 0-5/10\r\n\r\n012345" +
        "\r\n--BOUNDARY\r\nContent-Type: text/plain; charset=utf-8\r\n" +
        "Content-Range: bytes 8-9/10\r\n\r\n89\r\n--BOUNDARY--\r\n",
    },
    why: "RFC 9110, 15.3.7.2: ranges that overlap may be joined",
  }),
  range("bytes=0-,0-,0-", {
    instead: {
      status: 206,
      headers: { "accept-ranges": undefined, "content-range": "bytes 0-9/10" },
    },
    why: "they are joined before they are found to be longer than the file",
  }),
  range("bytes=,0-1,,", {
    instead: {
      status: 206,
      headers: {
        "content-length": "2",
        "content-range": "bytes 0-1/10",
        "content-type": "text/plain; charset=utf-8",
        etag: "{etag}",
        "last-modified": modified,
      },
      body: "01",
    },
    why: "RFC 9110, 5.6.1.2: empty elements of a list must be ignored",
  }),
]

const moreRanges: readonly Case[] = [
  range(`bytes=${Array.from({ length: 16 }, (_, i) => `${10 * i}-${10 * i}`)}`, {
    path: "/large.bin",
  }),
  range("bytes=100-199,299990-", { path: "/large.bin" }),
  range("bytes=100000-199999,0-9,250000-299999", { path: "/large.bin" }),
  range("lines=1-2"),
  range("bytes 1-2"),
  range("bytes = 1-2"),
  range("Bytes=1-2"),
  range("bytes=0-1", { method: "POST" }),
  range("bytes=0-1", { path: "/empty.txt" }),
  range("bytes=-5", { path: "/empty.txt" }),
  range("bytes=0-1", { path: "/nothing" }),
  get("If-Range with the tag", { range: "bytes=0-1", "if-range": "{etag}" }),
  get("If-Range with another", { range: "bytes=0-1", "if-range": '"a"' }),
  get("If-Range with the weak tag", { range: "bytes=0-1", "if-range": "W/{etag}" }),
  get("If-Range with its time", { range: "bytes=0-1", "if-range": modified }),
  get("If-Range with an earlier time", { range: "bytes=0-1", "if-range": before }),
  get("If-Range with a later time", { range: "bytes=0-1", "if-range": later }),
  get("If-Range nonsense", { range: "bytes=0-1", "if-range": "x" }),
  get("If-Range without Range", { "if-range": "{etag}" }),
  get("If-Range of a range that the file does not have", {
    range: "bytes=20-30",
    "if-range": "{etag}",
  }),
  get("a range of another file's tag that the file does not have", {
    range: "bytes=20-30",
    "if-range": '"a"',
  }),
  get("conditions go before ranges", { range: "bytes=0-1", "if-none-match": "{etag}" }),
  get("a condition goes before a range that the file does not have", {
    range: "bytes=20-30",
    "if-none-match": "{etag}",
  }),
  get("a range of a file that has not changed", { range: "bytes=0-1", "if-match": "{etag}" }),
  get("a range of a file that has changed", { range: "bytes=0-1", "if-match": '"a"' }),
]

const at = (path: string, more: Partial<Case> = {}): Case => ({
  name: `GET ${path}`,
  path,
  ...more,
})

const encodedSlash = { instead: { status: 404 }, why: "a name cannot contain a slash" }

const paths: readonly Case[] = [
  at("/"),
  at("/?a"),
  at("/sub/"),
  at("/sub"),
  at("/sub?a=b"),
  at("/bare"),
  at("/bare/", { instead: { status: 404 }, why: "nothing forbids it: there is no such file" }),
  at("/nothing"),
  at("/digits.txt/"),
  at("/digits.txt/more"),
  at("//digits.txt"),
  at("/sub//index.html"),
  at("/sub/../digits.txt"),
  at("/./digits.txt"),
  at("/sub/%2e%2e/digits.txt"),
  at("/sub/%2E%2e/%2e/digits.txt"),
  at("/..%2foutside.txt", encodedSlash),
  at("/%2e%2e%2foutside.txt", encodedSlash),
  at("/sub/..%2f..%2foutside.txt", encodedSlash),
  at("/with%20space.txt"),
  at("/%C3%BCn%C3%AFcode.txt"),
  at("/a%2541.txt"),
  at("/a%41.txt"),
  at("/plus+&=.txt"),
  at("/plus%2B%26%3D.txt"),
  at("/digits%2Etxt"),
  at("/%64igits.txt"),
  at("/digits.txt%00"),
  at("/digits.txt%00.html"),
  at("/%zz"),
  at("/digits.txt%"),
  at("/.hidden"),
  at("/.folder/file.txt"),
  at("/%2ehidden"),
  at("/sub%2findex.html", encodedSlash),
  at("/sub%5cindex.html"),
  at(`/${"a".repeat(300)}`),
]

/** nginx has no ranges of compressed neighbours. */
const compressed = {
  instead: { headers: { "accept-ranges": "bytes" } },
  why: "a compressed neighbour is a file, and has ranges",
}
const gzip = {
  headers: {
    "accept-ranges": "bytes",
    "content-encoding": "gzip",
    "content-length": "33",
    etag: "{gzip}",
  },
  body: "this stands for a compressed page",
}

const accepting = (accepted: string, more: Partial<Case> = {}): Case => ({
  name: `Accept-Encoding: ${accepted}`,
  path: "/page.html",
  headers: { "accept-encoding": accepted },
  ...more,
})

const encodings: readonly Case[] = [
  accepting("gzip", compressed),
  accepting("br, gzip", compressed),
  accepting("GZIP", compressed),
  accepting("gzip;q=0.5", compressed),
  accepting("gzip;q=1.0, identity;q=0.5", compressed),
  accepting("gzip;q=0"),
  accepting("identity"),
  accepting("deflate"),
  accepting(""),
  accepting("*", { instead: gzip, why: "RFC 9110, 12.5.3: * matches any coding" }),
  accepting("identity, gzip;q=0.5", {
    instead: {
      headers: {
        "accept-ranges": "bytes",
        "content-encoding": undefined,
        "content-length": "52",
        etag: "{etag}",
      },
      body: "<h1>a page that is long enough to be compressed</h1>",
    },
    why: "the client prefers the file as it is",
  }),
  {
    name: "a compressed file by its own name",
    path: "/page.html.gz",
    instead: { headers: { "content-type": "application/gzip" } },
    why: "Debian's nginx has no type for it",
  },
  {
    name: "a range of a compressed neighbour",
    path: "/page.html",
    headers: { "accept-encoding": "gzip", range: "bytes=0-3" },
    instead: {
      status: 206,
      headers: { "content-length": "4", "content-range": "bytes 0-3/33" },
      body: "this",
    },
    why: compressed.why,
  },
  {
    name: "the tag of a compressed neighbour",
    path: "/page.html",
    headers: { "accept-encoding": "gzip", "if-none-match": "{gzip}" },
  },
  {
    name: "the tag of the other variant",
    path: "/page.html",
    headers: { "accept-encoding": "gzip", "if-none-match": "{etag}" },
    ...compressed,
  },
]

/** All of them. */
export const cases: readonly Case[] = [
  ...plain,
  ...conditions,
  ...ranges,
  ...malformed,
  ...joined,
  ...moreRanges,
  ...paths,
  ...encodings,
]
