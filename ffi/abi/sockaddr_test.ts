import assert from "node:assert/strict"
import { isIP, isIPv4, isIPv6 } from "node:net"
import { test } from "node:test"
import fc from "fast-check"
import {
  addressFamily,
  type InetAddress,
  readSockaddr,
  sockaddrIn6Bytes,
  writeSockaddr,
} from "./sockaddr.ts"

test("an IPv4 address comes back as it was written", () =>
  fc.assert(fc.property(fc.ipV4(), port, (address, port) => {
    // As a copy has it.
    assert.deepEqual({ ...roundTrip({ family: 4, address, port, scope: 0 }) }, {
      family: 4,
      address,
      port,
      scope: 0,
    })
  })))

test("an IPv6 address comes back as the same address, in its shortest form", () =>
  fc.assert(fc.property(fc.ipV6(), port, u32, (address, port, scope) => {
    const back = roundTrip({ family: 6, address, port, scope })
    assert.deepEqual(groupsOf(back.address), groupsOf(address))
    assert.deepEqual([back.port, back.scope], [port, scope])
    // Reading the result again does not change it.
    assert.equal(roundTrip(back).address, back.address)
  })))

test("the family of an address is the one that node:net finds", () => {
  const text = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.domain(),
    // Nearly an address.
    fc.string({ unit: fc.constantFrom(..."0129af:.") }),
    fc.tuple(fc.ipV6(), fc.constantFrom(":", "::1", "::", "%1", ".1")).map((parts) =>
      parts.join("")
    ),
  ).filter((text) => !text.includes("%"))
  fc.assert(fc.property(text, (text) => assert.equal(addressFamily(text) ?? 0, isIP(text))))
})

test("IPv6 is written in the form of RFC 5952", () => {
  const examples: Readonly<Record<string, string>> = {
    "0:0:0:0:0:0:0:0": "::",
    "0:0:0:0:0:0:0:1": "::1",
    "1:0:0:0:0:0:0:0": "1::",
    "2001:0DB8:0:0:0:0:2:1": "2001:db8::2:1",
    // One group alone is not shortened.
    "2001:db8:0:1:1:1:1:1": "2001:db8:0:1:1:1:1:1",
    // The longest run is, and the first of two that are equal.
    "2001:0:0:1:0:0:0:1": "2001:0:0:1::1",
    "2001:db8:0:0:1:0:0:1": "2001:db8::1:0:0:1",
    "::ffff:7f00:1": "::ffff:127.0.0.1",
    "1:2:3:4:5:6:7::": "1:2:3:4:5:6:7:0",
  }
  for (const [given, expected] of Object.entries(examples)) {
    assert.equal(roundTrip({ family: 6, address: given, port: 1, scope: 0 }).address, expected)
  }
})

test("text is accepted as an address exactly if the runtime accepts it", () => {
  for (
    const address of [...notAddresses, "1.2.3.4", "::", "::1.2.3.4", "1::", "a:b:c:d:e:f:1.2.3.4"]
  ) {
    check(address)
  }
  fc.assert(fc.property(nearlyAddress, check), { numRuns: 3000 })

  function check(address: string): void {
    for (const [family, isAddress] of [[4, isIPv4], [6, isIPv6]] as const) {
      const write = () => roundTrip({ family, address, port: 0, scope: 0 })
      if (isAddress(address)) write()
      else assert.throws(write, TypeError, `${JSON.stringify(address)} as IPv${family}`)
    }
  }
})

test("an address of another family reads as nothing", () => {
  for (const family of [0, 1, 17, 0xffff]) {
    const memory = new ArrayBuffer(sockaddrIn6Bytes)
    new DataView(memory).setUint16(0, family, true)
    assert.equal(readSockaddr(new DataView(memory)), undefined)
  }
})

test("memory that is too small is refused, and nothing is written past it", () => {
  const address = { family: 6, address: "::1", port: 1, scope: 0 } as const
  assert.throws(() => writeSockaddr(new ArrayBuffer(27), address), RangeError)
  assert.throws(
    () => writeSockaddr(new ArrayBuffer(7), { ...address, family: 4, address: "1.2.3.4" }),
    RangeError,
  )
})

test("nothing of an earlier address is left in the memory", () => {
  const memory = new Uint8Array(sockaddrIn6Bytes).fill(255).buffer
  writeSockaddr(memory, { family: 4, address: "1.2.3.4", port: 5, scope: 0 })
  assert.ok(new Uint8Array(memory, 8).every((byte) => byte === 0))
})

const port = fc.integer({ min: 0, max: 65535 })
const u32 = fc.integer({ min: 0, max: 0xffff_ffff })

const notAddresses = [
  "",
  ".",
  ":",
  ":::",
  "1.2.3",
  "1.2.3.4.5",
  "01.2.3.4",
  "256.1.1.1",
  "1.2.3.-4",
  "1.2.3.4 ",
  "::1::",
  "1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:8:9",
  "::1:2:3:4:5:6:7:8",
  "12345::",
  "g::",
  "1.2.3.4::",
  "1.2.3.4::1",
  "::1.2.3.4:1",
  "::1.2.3",
  ":1:2:3:4:5:6:7",
  "[::1]",
  "localhost",
]

/** Addresses with one character removed, doubled or replaced. */
const nearlyAddress = fc.tuple(
  fc.oneof(fc.ipV4(), fc.ipV6(), fc.ipV4().map((ipv4) => `::${ipv4}`)),
  fc.nat(),
  fc.constantFrom("", ":", "::", ".", "0", "f", "g", "255", "-", " "),
).map(([text, at, replacement]) => {
  const i = at % text.length
  return text.slice(0, i) + replacement + text.slice(i + (at % 2))
})

function roundTrip(address: InetAddress): InetAddress {
  const memory = new ArrayBuffer(sockaddrIn6Bytes)
  writeSockaddr(memory, address)
  const back = readSockaddr(new DataView(memory))
  assert.ok(back)
  return back
}

/** The eight groups of an address, as numbers. */
function groupsOf(address: string): number[] {
  const ipv4 = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/
  const hex = address.replace(ipv4, (_, ...bytes) => {
    const [a, b, c, d] = bytes.map(Number)
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
  })
  const [head, tail] = hex.split("::").map((half) =>
    half.split(":").filter((group) => group !== "")
  )
  const zeros = new Array(8 - head.length - (tail?.length ?? 0)).fill("0")
  return [...head, ...zeros, ...(tail ?? [])].map((group) => parseInt(group, 16))
}
