import assert from "node:assert/strict"
import { test } from "node:test"
import { responsePeek } from "../../kernel/mod.ts"
import { headOf, type HeadParts } from "./head.ts"

// Runtimes differ in what Headers lets through; nothing is checked here.
const head = (headers: readonly [string, string][], statusText = "") =>
  headOf({
    status: 200,
    statusText,
    headers,
    type: undefined,
    length: 0,
    connection: undefined,
  })

test("a value that would end its line is refused, whatever Headers lets through", () => {
  for (const bad of ["a\r\nx: y", "a\nb", "a\rb", "a\0b", "a\x7fb", "\u010d\u010ax: y", "\u2028"]) {
    assert.throws(() => head([["x-a", bad]]), TypeError, JSON.stringify(bad))
    assert.throws(() => head([], bad), TypeError, JSON.stringify(bad))
  }
  assert.match(head([["x-a", "a\t\xe4 ~"]]), /^x-a: a\t\xe4 ~\r$/m)
})

test("there is one date, the response's own if it has one", () => {
  assert.equal(head([]).match(/^date: /gm)?.length, 1)
  const own = head([["date", "Thu, 01 Jan 1970 00:00:00 GMT"]])
  assert.deepEqual(own.match(/^date: .*$/gm), ["date: Thu, 01 Jan 1970 00:00:00 GMT"])
})

test("a head is that of its own response, whatever the one before had", () => {
  const first: HeadParts = {
    status: 200,
    statusText: "",
    headers: [["x-a", "1"]],
    type: undefined,
    length: 1,
    connection: undefined,
  }
  const others: readonly Partial<HeadParts>[] = [
    { status: 201 },
    { statusText: "Fine" },
    { headers: [] },
    { headers: [["x-a", "2"]] },
    { headers: [["x-b", "1"]] },
    { headers: [["x-a", "1"], ["x-b", "1"]] },
    { type: "text/plain" },
    { length: 2 },
    { length: -1 },
    { length: undefined },
    { connection: "close" },
    { trailers: "x-sum" },
  ]
  const undated = (parts: HeadParts) => headOf(parts).replace(/^date: .*\r\n/m, "")
  const before = undated(first)
  for (const other of others) {
    const head = undated({ ...first, ...other })
    assert.notEqual(head, before, JSON.stringify(other))
    assert.equal(undated({ ...first, ...other }), head)
    assert.equal(undated(first), before)
  }
})

test("the fields of a response are those of its Headers, which may have changed", () => {
  const { fields } = responsePeek()
  const changed = new Response("text")
  changed.headers.set("X-A", " a\t")
  changed.headers.set("Content-Type", "text/html")
  const responses = [
    new Response("text"),
    new Response(new Uint8Array(1)),
    new Response("text", { headers: { "X-One": "1", "x-two": "2" } }),
    new Response(null, { headers: [["a", "1"], ["A", "2"], ["set-cookie", "b"]], status: 204 }),
    new Response("", { headers: [["set-cookie", "a"], ["Set-Cookie", "b"]] }),
    new Response("", { headers: [["__proto__", "a"], ["constructor", "b"], ["1", "c"]] }),
    Response.json({}),
    Response.redirect("http://localhost/"),
    changed,
    changed.clone(),
  ]
  const texts = (all: Iterable<readonly [string, string]>) => [...all].map(String).sort()
  for (const response of responses) {
    assert.deepEqual(texts(fields(response)), texts(response.headers))
  }
})

test("a response of a class of the program has its fields", () => {
  class Page extends Response {
    override get headers(): Headers {
      return new Headers({ "X-Page": "1" })
    }
  }
  assert.deepEqual([...responsePeek().fields(new Page("text"))], [["x-page", "1"]])
})

test("a response whose headers were replaced has those", () => {
  const response = new Response("text")
  Object.defineProperty(response, "headers", { value: new Headers({ "x-a": "1" }) })
  assert.deepEqual([...responsePeek().fields(response)], [["x-a", "1"]])
})

test("headers of a class of the program are those that it lists", () => {
  class Listed extends Headers {
    override *[Symbol.iterator](): ReturnType<Headers["entries"]> {
      yield ["x-a", "1"]
    }
  }
  const response = new Response("text")
  Object.defineProperty(response, "headers", { value: new Listed() })
  assert.deepEqual([...responsePeek().fields(response)], [["x-a", "1"]])
})
