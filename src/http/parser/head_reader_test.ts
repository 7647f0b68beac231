import { Buffer } from "node:buffer"
import assert from "node:assert/strict"
import { test } from "node:test"
import { toLimits } from "../limits.ts"
import type { Head } from "./head.ts"
import { HeadReader } from "./head_reader.ts"
import { llhttp } from "./llhttp.ts"
import { Refusal } from "./refusal.ts"

const reader = () => new HeadReader(llhttp(), toLimits(undefined), [])

/** Puts all of `text`, and reads its heads one after the other. */
function headsIn(heads: HeadReader, text: string): readonly Head[] {
  const found: Head[] = []
  const { inputAt } = llhttp()
  const end = llhttp().put(Buffer.from(text, "latin1"))
  for (let at = inputAt; at >= 0 && at < end;) {
    at = heads.read(at, end)
    if (at >= 0 && heads.head !== undefined) found.push(heads.head)
  }
  return found
}

const get = (path: string, more = "") => `GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`

test("a request that comes again has the same head, and the next one has its own", () => {
  const others = [
    get("/b"),
    get("/a", "x: y\r\n"),
    get("/a", "X: y\r\n"),
    get("/a", "Connection: close\r\n"),
    get("/a").replace("a\r", "b\r"),
    get("/a").replace("1.1", "1.0"),
    get("/a").replace("GET", "HEAD"),
    get("/" + "a".repeat(2000)),
    `\r\n${get("/a")}`,
  ]
  for (const other of others) {
    const all = [get("/a"), get("/a"), other, other, get("/a")]
    const expected = all.map((text) => headsIn(reader(), text)[0])
    const apart = reader()
    assert.deepEqual(all.flatMap((text) => headsIn(apart, text)), expected)
    assert.deepEqual(headsIn(reader(), all.join("")), expected)
  }
})

test("a request that begins as the last one did is refused if it goes on in another way", () => {
  for (const bad of [get("/ a"), get("/a", "Host: a\r\n"), get("/a").replace("\r\n\r", "\n\r")]) {
    const heads = reader()
    headsIn(heads, get("/a") + get("/a"))
    assert.throws(() => headsIn(heads, bad), Refusal)
    heads.drop()
  }
})

test("a request that comes again in parts is the same", () => {
  const heads = reader()
  const [first] = headsIn(heads, get("/a"))
  for (let at = 1; at < get("/a").length; at++) {
    assert.deepEqual(headsIn(heads, get("/a").slice(0, at)), [])
    assert.deepEqual(headsIn(heads, get("/a").slice(at)), [first])
  }
})

test("a body is not taken for the request that came before it", () => {
  const heads = reader()
  headsIn(heads, get("/a"))
  const chunked = "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
  for (let i = 0; i < 2; i++) {
    assert.equal(headsIn(heads, chunked)[0].length, -1)
    llhttp().giveBack(heads.takeParser())
  }
  assert.equal(headsIn(heads, get("/a"))[0].length, 0)
})

test("a method that is not known is refused in one way, however its bytes arrive", () => {
  const lines = " / HTTP/1.1\r\nHost: a\r\n\r\n"
  const refused: [text: string, status: number][] = [
    ...["FROB", "get", "GETX", "\r\nFROB", "DESCRIBE", "-", "x".repeat(64)]
      .map((method): [string, number] => [method + lines, 501]),
    ...["F\0OB", "FROB x", "FROB\r\n", "\tGET", "(", "x".repeat(65), "x".repeat(2000)]
      .map((method): [string, number] => [method + lines, 400]),
  ]
  for (const [text, status] of refused) {
    const letters = [...text]
    const cuts = letters.slice(0, 80).map((_, at) => [text.slice(0, at), text.slice(at)])
    for (const parts of [letters, ...cuts]) assert.equal(refusalOf(parts), status, parts.join("|"))
  }
})

test("what a client ends with that cannot become a method is malformed, the rest incomplete", () => {
  for (const [text, status] of [["FROB", 400], ["GET", undefined], ["", undefined]] as const) {
    const heads = reader()
    headsIn(heads, text)
    assert.equal(heads.refusal?.status, status)
    heads.drop()
    assert.equal(heads.refusal, undefined)
  }
})

/** The status that a reader refuses these parts with. */
function refusalOf(parts: readonly string[]): number | undefined {
  const heads = reader()
  try {
    for (const part of parts) headsIn(heads, part)
  } catch (failure) {
    assert.ok(failure instanceof Refusal)
    return failure.status
  } finally {
    heads.drop()
  }
  return undefined
}
