import assert from "node:assert/strict"
import { test } from "node:test"
import * as Effect from "effect/Effect"
import type { Stack } from "../stack/stack.ts"
import { checkPort, formatAddress, permit, resolve, toNetAddress } from "./address.ts"

test("an address is written with its port, an IPv6 address in brackets", () => {
  assert.equal(formatAddress({ address: "10.0.0.1", port: 80 }), "10.0.0.1:80")
  assert.equal(formatAddress({ address: "::1", port: 80 }), "[::1]:80")
})

test("the kernel's address becomes that of Deno.Conn, and a missing one is empty", () => {
  assert.deepEqual(toNetAddress({ family: 6, address: "::1", port: 80, scope: 3 }), {
    transport: "tcp",
    hostname: "::1",
    port: 80,
  })
  assert.deepEqual(toNetAddress(undefined), { transport: "tcp", hostname: "", port: 0 })
})

test("ports from 0 to 65535 pass, everything else is refused", () => {
  for (const port of [0, 1, 65535]) checkPort(port, 0)
  for (const port of [-1, 65536, 0.5, NaN, Infinity, "80", undefined]) {
    assert.throws(() => checkPort(port as number, 0), TypeError)
  }
})

test("connecting to port 0 is refused", () => {
  for (const port of [1, 65535]) checkPort(port, 1)
  assert.throws(() => checkPort(0, 1), /^TypeError: Cannot use port 0: .*any free port/)
})

test("a zone may be the name of an interface; an unknown name has no address", async () => {
  for (const hostname of ["fe80::1%lo", "[fe80::1%lo]"]) {
    const [{ address, scope }] = await Effect.runPromise(resolve(hostname, 80))
    // Of each network namespace lo is the first interface.
    assert.deepEqual([address, scope], ["fe80::1", 1])
  }
  for (const zone of ["no-such-device", "", "lo lo", "-1"]) {
    const failure = await Effect.runPromise(Effect.flip(resolve(`fe80::1%${zone}`, 80)))
    assert.equal(failure.reason._tag, "LookupFailed", zone)
    assert.match(failure.message, /ENODEV/)
  }
})

test("an address needs no lookup, with or without brackets", async () => {
  const examples = [
    ["127.0.0.1", 4, "127.0.0.1", 0],
    ["::1", 6, "::1", 0],
    ["[::1]", 6, "::1", 0],
    ["fe80::1%7", 6, "fe80::1", 7],
    ["[fe80::1%7]", 6, "fe80::1", 7],
  ] as const
  for (const [hostname, family, address, scope] of examples) {
    assert.deepEqual(await Effect.runPromise(resolve(hostname, 80)), [
      { family, address, port: 80, scope },
    ])
  }
})

test("localhost has an address of this host", async () => {
  const found = await Effect.runPromise(resolve("localhost", 80))
  assert.ok(found.length > 0)
  for (const { address, port } of found) {
    assert.ok(address === "::1" || address.startsWith("127."))
    assert.equal(port, 80)
  }
})

test("the runtime is asked for the host without brackets and zone", async () => {
  const asked: unknown[] = []
  const stack = stackWith((...args) => asked.push(args))
  for (const hostname of ["example.org", "[::1]", "fe80::1%2"]) {
    await Effect.runPromise(permit(stack, hostname, 80))
  }
  assert.deepEqual(asked, [["example.org", 80], ["::1", 80], ["fe80::1", 80]])
})

test("the runtime's refusal becomes PermissionDenied, with its message and as the cause", async () => {
  const refusal = new Error("run with --allow-net")
  const stack = stackWith(() => {
    throw refusal
  })
  const error = await Effect.runPromise(Effect.flip(permit(stack, "example.org", 80)))
  assert.equal(error.reason._tag, "PermissionDenied")
  assert.equal(error.message, refusal.message)
  assert.equal(error.cause, refusal)
})

const stackWith = (requireNet: (hostname: string, port: number) => void): Stack =>
  ({ requireNet }) as Partial<Stack> as Stack
