import { test } from "node:test"
import assert from "node:assert/strict"
import { ZerowireError } from "../../src/error/mod.ts"
import type { ConnectOptions } from "../../src/tcp/open/connect_options.ts"
import { connect } from "../../src/tcp/open/connect_socket.ts"
import { listen } from "../../src/tcp/open/listen.ts"
import type { ListenOptions } from "../../src/tcp/open/listen_options.ts"

/** Values that are not ports, as a message shows them. */
const ports: readonly [shown: string, port: unknown][] = [
  ["-1", -1],
  ["65536", 65536],
  ["1.5", 1.5],
  ["NaN", NaN],
  ["Infinity", Infinity],
  ['"80"', "80"],
  ["null", null],
  ["undefined", undefined],
  ["80n", 80n],
  ["(an object)", {}],
]

for (const [shown, port] of ports) {
  test(`port ${shown} is refused and shown in the message`, async () => {
    const message = (least: number) =>
      `Cannot use port ${shown}: it must be a whole number from ${least} to 65535`
    await assert.rejects(connect({ port: port as number }), {
      name: "TypeError",
      message: message(1),
    })
    await assert.rejects(listen({ port: port as number }), {
      name: "TypeError",
      message: message(0),
    })
  })
}

test("connecting to port 0 is refused, with what 0 means", async () => {
  await assert.rejects(connect({ port: 0 }), {
    name: "TypeError",
    message: /^Cannot use port 0: .* from 1 to 65535\. Only listen\(\) takes 0, for any free port/,
  })
})

test("the address of a socket or a listener can be passed to connect unchanged", async () => {
  await using listener = await listen({ transport: "tcp", hostname: "127.0.0.1", port: 0 })
  await using first = await connect(listener.addr)
  await using second = await connect({ ...first.remoteAddr, noDelay: false })
  assert.deepEqual(second.remoteAddr, listener.addr)
})

/** Invalid option values. */
const wrong: readonly [name: keyof ListenOptions | keyof ConnectOptions, value: unknown][] = [
  ["ownership", "steal"],
  ["ownership", null],
  ["zerocopy", "sometimes"],
  ["zerocopy", true],
  ["threshold", 0],
  ["threshold", -1],
  ["threshold", NaN],
  ["threshold", Infinity],
  ["threshold", "16"],
  ["highWaterMark", -1],
  ["highWaterMark", NaN],
  ["highWaterMark", "1"],
  ["closeTimeout", -1],
  ["closeTimeout", Infinity],
  ["hugePages", 1],
  ["noDelay", "yes"],
  ["transport", "udp"],
  ["hostname", 127],
  ["hostname", null],
  ["hostname", ""],
]

for (const [name, value] of wrong) {
  test(`${name} ${typeof value} ${JSON.stringify(value)} is refused by name`, async () => {
    const options = { port: 1, [name]: value } as unknown as ListenOptions
    // A string is quoted, so that "1" differs from 1.
    const shown = typeof value === "string" ? JSON.stringify(value) : String(value)
    const error = {
      name: "TypeError",
      message: new RegExp(`^Cannot use ${name} ${shown}: it must be`),
    }
    await assert.rejects(connect(options), error)
    await assert.rejects(listen(options), error)
  })
}

for (const [name, value] of [["backlog", -1], ["backlog", NaN], ["reusePort", 1]] as const) {
  test(`${name} ${value} is refused by name`, async () => {
    const options = { port: 0, [name]: value } as ListenOptions
    await assert.rejects(listen(options), {
      name: "TypeError",
      message: new RegExp(`^Cannot use ${name} ${value}: it must be`),
    })
  })
}

for (const value of [-1, NaN, Infinity, "5"]) {
  test(`connectTimeout ${value} is refused by name`, async () => {
    await assert.rejects(connect({ port: 1, connectTimeout: value as number }), {
      name: "TypeError",
      message: /^Cannot use connectTimeout .*: it must be/,
    })
  })
}

test("a name without an address is LookupFailed with the name and the code", async () => {
  const hostname = "name.that.cannot.exist.invalid"
  for (
    const attempt of [() => connect({ hostname, port: 80 }), () => listen({ hostname, port: 0 })]
  ) {
    const failure = await attempt().then(() => undefined, (error: unknown) => error)
    assert.ok(failure instanceof ZerowireError)
    assert.equal(failure.reason._tag, "LookupFailed")
    assert.match(failure.message, /"name\.that\.cannot\.exist\.invalid".*(ENOTFOUND|EAI_AGAIN)/)
  }
})
