import type { Random } from "../../src/testing/world/random.ts"
import { seeds } from "./seeds.ts"

/** Changes some bytes. Each character is a byte. */
type Mutation = (text: string, random: Random) => string

/** One of them, each as likely. */
export const pick = <T>(random: Random, from: readonly T[]): T => from[random.upTo(from.length) - 1]

/** Changes it in a few places. */
export function mutate(text: string, random: Random): string {
  let result = text
  for (let edits = random.upTo(4); edits > 0; edits--) {
    result = pick(random, mutations)(result, random)
  }
  return result.slice(0, mostBytes)
}

const splice = (text: string, at: number, drop: number, add: string): string =>
  text.slice(0, at) + add + text.slice(at + drop)
/** From 0 to the length. */
const place = (text: string, random: Random): number => random.upTo(text.length + 1) - 1

/** Exchanges one occurrence of `from`, if there is one. */
const exchange = (from: string, to: string): Mutation => (text, random) => {
  const found: number[] = []
  for (let at = text.indexOf(from); at >= 0; at = text.indexOf(from, at + 1)) found.push(at)
  return found.length === 0 ? text : splice(text, pick(random, found), from.length, to)
}

const flipBit: Mutation = (text, random) => {
  const at = place(text, random)
  const flipped = text.charCodeAt(at) ^ (1 << (random.upTo(8) - 1))
  return at < text.length ? splice(text, at, 1, String.fromCharCode(flipped)) : text
}
const anyByte: Mutation = (text, random) =>
  splice(text, place(text, random), random.upTo(2) - 1, String.fromCharCode(random.upTo(256) - 1))
const cut: Mutation = (text, random) => splice(text, place(text, random), random.upTo(20), "")
const cutEnd: Mutation = (text, random) => text.slice(0, place(text, random))
const duplicate: Mutation = (text, random) => {
  const from = place(text, random)
  const part = text.slice(from, from + random.upTo(60))
  return splice(text, random.chance(0.5) ? from : place(text, random), 0, part)
}
/** Repeats one line, as a second Host or a second length. */
const duplicateLine: Mutation = (text, random) => {
  const lines = text.split("\r\n")
  const at = random.upTo(lines.length) - 1
  lines.splice(at, 0, lines[at])
  return lines.join("\r\n")
}
const swapLines: Mutation = (text, random) => {
  const lines = text.split("\r\n")
  const [a, b] = [random.upTo(lines.length) - 1, random.upTo(lines.length) - 1]
  const before = lines[a]
  lines[a] = lines[b]
  lines[b] = before
  return lines.join("\r\n")
}
/** Continues in the middle of another one. */
const spliceSeeds: Mutation = (text, random) => {
  const other = pick(random, seeds)
  return text.slice(0, place(text, random)) + other.slice(place(other, random))
}
const insertWord: Mutation = (text, random) =>
  splice(text, place(text, random), random.chance(0.3) ? random.upTo(4) : 0, pick(random, words))
/** Puts another number in the place of one. */
const otherNumber: Mutation = (text, random) => {
  const found = [...text.matchAll(/[0-9a-f]+/gi)]
  if (found.length === 0) return text
  const { index, 0: number } = pick(random, found)
  return splice(text, index, number.length, pick(random, numbers))
}
const otherCase: Mutation = (text, random) => {
  const at = place(text, random)
  const part = text.slice(at, at + random.upTo(20))
  return splice(text, at, part.length, random.chance(0.5) ? part.toUpperCase() : part.toLowerCase())
}
/** Adds a header line behind a line that exists. */
const insertHeader: Mutation = (text, random) =>
  exchange("\r\n", `\r\n${pick(random, headers)}\r\n`)(text, random)
const many: Mutation = (text, random) =>
  splice(text, place(text, random), 0, pick(random, words).repeat(random.upTo(200)))

const mutations: readonly Mutation[] = [
  ...[flipBit, anyByte, cut, cutEnd, duplicate, duplicateLine, swapLines, spliceSeeds],
  ...[
    insertWord,
    insertWord,
    otherNumber,
    otherNumber,
    otherCase,
    insertHeader,
    insertHeader,
    many,
  ],
  ...[exchange("\r\n", "\n"), exchange("\r\n", "\r"), exchange("\r\n", "\n\r")],
  // An obsolete fold, a blank before a colon, and none behind it.
  ...[
    exchange("\r\n", "\r\n "),
    exchange("\r\n", "\r\n\t"),
    exchange(":", " :"),
    exchange(": ", ":"),
  ],
  ...[exchange(" ", "\t"), exchange(" ", "  "), exchange("\r\n", "\r\n\r\n")],
]

const words = [
  ...["\r\n", "\n", "\r", "\r\n\r\n", " ", "\t", "\0", "\x7f", "\xff", "\x0b", ":", ";", ",", '"'],
  ...["0\r\n\r\n", "GET / HTTP/1.1\r\n", "HTTP/1.1", "HTTP/1.0", "HTTP/0.9", "chunked", "close"],
  ...["/", "..", "%00", "%", "#", "?", "@", "[", "\\", "http://", "*", "POST ", "HEAD ", "PRI * "],
]
const numbers = [
  ...["0", "1", "00", "-1", "+1", "0x1", "1e1", "1 1", "1,1", "ffff", "7fffffff", "80000000"],
  ...["ffffffff", "100000000", "ffffffffffffffff", "10000000000000000", "99999999999999999999"],
  ...["4294967296", "2147483648", "9007199254740993", "00000000000000000005", "1_0", ""],
]
const headers = [
  ...["Content-Length: 0", "Content-Length: 5", "Content-Length: 99999999999999999999"],
  ...["Content-Length : 5", "Content_Length: 5", "Transfer-Encoding: chunked"],
  ...["Transfer-Encoding: gzip, chunked", "Transfer-Encoding: identity", "Transfer-Encoding:"],
  ...["Transfer-Encoding: xchunked", "Host: other.test", "Host:", "Connection: close"],
  ...["Connection: keep-alive", "Connection: upgrade\r\nUpgrade: h2c", "Expect: 100-continue"],
  ...["Expect: x", " folded: yes", "Trailer: X-Sum", "TE: trailers", `X: ${"x".repeat(2000)}`],
]
/** A few repetitions in a row would make a megabyte. */
const mostBytes = 40_000
