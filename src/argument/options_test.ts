import assert from "node:assert/strict"
import { test } from "node:test"
import { checkOptions, type Taker } from "./options.ts"

interface Options {
  readonly hostname?: string
  readonly port?: number
  readonly signal?: AbortSignal
}

const taker: Taker<keyof Options> = {
  action: "listen",
  example: "listen({ port: 80 })",
  names: { hostname: true, port: true, signal: true },
  instead: { tls: "There is only plain TCP" },
}

const refusals: readonly [what: string, options: unknown, message: string][] = [
  ["a key that is nearly right", { prot: 1 }, 'there is no option "prot". Did you mean "port"?'],
  ["a key by another name", { host: "" }, 'there is no option "host". Did you mean "hostname"?'],
  ["a key like no other", { x: 1 }, 'The options are "hostname", "port", "signal"'],
  ["a key that many expect", { tls: true }, "There is only plain TCP"],
  ["a key whose value is null", { host: null }, 'no option "host"'],
  ["an inherited key", Object.create({ host: "" }), 'no option "host"'],
  ["an own key that all objects inherit", { toString: () => "" }, 'no option "toString"'],
  ["a number", 80, "options must be an object, not 80. Call it as in listen({ port: 80 })"],
  ["a text", "localhost:80", 'not "localhost:80"'],
  ["nothing", undefined, "not undefined"],
  ["null", null, "not null"],
  ["an array", [], "not an array"],
  ["a function", () => {}, "not a function"],
  ["a controller for a signal", { signal: new AbortController() }, "Pass its `signal`"],
  [
    "an object in the place of a signal",
    { signal: {} },
    "signal must be an AbortSignal, not an object",
  ],
]
for (const [what, options, message] of refusals) {
  test(`options are refused for ${what}`, () => {
    assert.throws(() => checkOptions(taker, options), (failure) => {
      assert.ok(failure instanceof TypeError)
      assert.ok(failure.message.startsWith("Cannot listen: "), failure.message)
      assert.ok(failure.message.includes(message), failure.message)
      return true
    })
  })
}

class Place {
  readonly port = 80
  get host(): string {
    return "not an option"
  }
}

const passes: readonly [what: string, options: unknown][] = [
  ["none of them", {}],
  ["all of them", { hostname: "", port: 1, signal: AbortSignal.abort() }],
  ["an object without a prototype", Object.assign(Object.create(null), { port: 1 })],
  ["inherited ones", Object.create({ port: 1 })],
  ["a key whose value is undefined", { host: undefined, signal: undefined }],
  ["a symbol", { [Symbol("host")]: "" }],
  ["a class that has accessors", new Place()],
  ["a stand-in for a signal", {
    signal: { aborted: false, addEventListener() {}, removeEventListener() {} },
  }],
]
for (const [what, options] of passes) {
  test(`options pass: ${what}`, () => checkOptions(taker, options))
}

test("options pass even if somebody has extended all objects", () => {
  const prototype = Object.prototype as Record<string, unknown>
  prototype.host = "everywhere"
  try {
    checkOptions(taker, { port: 1 })
    assert.throws(() => checkOptions(taker, { host: "here" }), /no option "host"/)
  } finally {
    delete prototype.host
  }
})
