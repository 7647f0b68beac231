import { Buffer } from "node:buffer"
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { toLimits } from "../../src/http/limits.ts"
import { ChunkedReader } from "../../src/http/parser/chunked.ts"
import { HeadReader } from "../../src/http/parser/head_reader.ts"
import { llhttp } from "../../src/http/parser/llhttp.ts"
import { Refusal } from "../../src/http/parser/refusal.ts"
import { cases } from "./cases.ts"
import { RawClient, serving } from "./client.ts"

/** What a parser finds in some bytes: each request with its body, then why it has stopped. */
function findings(bytes: string, splits: readonly number[]): readonly string[] {
  const { inputAt } = llhttp()
  const limits = toLimits({
    headBytes: 1000,
    headers: 20,
    bodyBytes: 5000,
    chunkBytes: 100,
    trailerBytes: 200,
  })
  const heads = new HeadReader(llhttp(), limits, [])
  const found: string[] = []
  let body = ""
  let left = 0
  let chunks: ChunkedReader | undefined
  const deliver = (at: number, length: number) => {
    body += String.fromCharCode(...llhttp().memory.subarray(at, at + length))
  }
  const use = (at: number, to: number): number => {
    if (chunks !== undefined) {
      const end = chunks.read(at, to)
      if (end < 0) return to
      chunks = undefined
      found.push(`body ${body}`)
      return end
    }
    if (left > 0) {
      const n = Math.min(left, to - at)
      deliver(at, n)
      left -= n
      if (left === 0) found.push(`body ${body}`)
      return at + n
    }
    const end = heads.read(at, to)
    if (end < 0) return to
    const { head } = heads
    assert.ok(head !== undefined)
    found.push(JSON.stringify(head))
    body = ""
    left = Math.max(0, head.length)
    if (head.length < 0) chunks = new ChunkedReader(llhttp(), heads.takeParser(), limits, deliver)
    return end
  }
  try {
    for (let from = 0, i = 0; from < bytes.length; i++) {
      const part = bytes.slice(from, from + Math.max(1, splits[i % splits.length]))
      from += part.length
      llhttp().put(Buffer.from(part, "latin1"))
      for (let at = inputAt; at < inputAt + part.length;) at = use(at, inputAt + part.length)
    }
  } catch (failure) {
    if (!(failure instanceof Refusal)) throw failure
    // The message may name the first of several faults, which depends on how much was seen.
    found.push(`refused: ${failure.status >= 400 && failure.status < 600}`)
  } finally {
    heads.drop()
    chunks?.drop()
  }
  return found
}

const tokens = [
  ...[
    "\r\n",
    "\n",
    "\r",
    " ",
    "\t",
    ":",
    "\0",
    "\x7f",
    "\xff",
    ";",
    ",",
    "0",
    "5",
    "a",
    "\r\n\r\n",
  ],
  ...["Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\n", "Host: b\r\n", "chunked", "GET "],
  ...["HTTP/1.1", "HTTP/1.0", "Connection: close\r\n", "Expect: 100-continue\r\n", "0\r\n\r\n"],
]

/** A case of the table, with some bytes replaced, added or left out. */
const mutated = fc.tuple(
  fc.constantFrom(...cases.map(({ bytes }) => bytes).filter(({ length }) => length < 2000)),
  fc.array(
    fc.record({
      at: fc.nat(2000),
      drop: fc.nat(3),
      add: fc.constantFrom("", ...tokens),
    }),
    { minLength: 1, maxLength: 4 },
  ),
).map(([bytes, edits]) =>
  edits.reduce((text, { at, drop, add }) => {
    const from = at % (text.length + 1)
    return text.slice(0, from) + add + text.slice(from + drop)
  }, bytes)
)

const seed = 20_261_128

test("however requests are split into packets, the same is found in them", () =>
  fc.assert(
    fc.property(
      mutated,
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      (bytes, splits) => {
        const whole = findings(bytes, [bytes.length + 1])
        assert.deepEqual(findings(bytes, splits), whole)
        assert.deepEqual(findings(bytes, [1]), whole)
      },
    ),
    { numRuns: 2000, seed },
  ))

test("whatever arrives, the server answers with HTTP or closes, and serves the next client", async () => {
  await using server = await serving(async (request) => {
    await request.bytes()
    return new Response("ok")
  }, { onError: () => new Response("", { status: 500 }) })
  await fc.assert(
    fc.asyncProperty(mutated, async (bytes) => {
      await using client = await RawClient.open(server)
      client.send(bytes)
      client.peer.end()
      const answer = await client.rest()
      assert.match(answer, /^(?:HTTP\/1\.1 \d{3} [^]*)?$/)
    }),
    { numRuns: 200, seed },
  )
})
