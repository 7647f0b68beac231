/**
 * The PROXY protocol, through a server.
 *
 * @module
 */
import assert from "node:assert/strict"
import { connect as netConnect } from "node:net"
import { test } from "node:test"
import { receiveAll } from "../../plain_peer.ts"
import { SocketFolder } from "../../unix/folder.ts"
import { exchange, get, telling, toldIn } from "./told.ts"

const options = { timeout: 60_000 }
const trust = { proxies: ["127.0.0.0/8", "unix"], proxyProtocol: true } as const

const bytesOf = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))

/** A header of version 2. */
function v2(family: number, payload: readonly number[], command = 0x21, length = payload.length) {
  const signature = bytesOf("\r\n\r\n\0\r\nQUIT\n")
  return Uint8Array.of(...signature, command, family, length >> 8, length & 255, ...payload)
}

const ipv4 = [203, 0, 113, 9, 127, 0, 0, 1, 0x12, 0x67, 0, 80]
const ipv6 = [0x2a, ...new Array(14).fill(0), 1, ...new Array(16).fill(0), 0x12, 0x67, 0, 80]
/** An IPv4 address in the form of IPv6. */
const mapped = [...new Array(10).fill(0), 0xff, 0xff, ...ipv4.slice(0, 4), ...ipv6.slice(16)]
const unix = [...bytesOf("/run/a"), ...new Array(216 - 6).fill(0)]
/** PP2_TYPE_ALPN, "h2", and 400 bytes of a type that nobody knows. */
const values = [1, 0, 2, 104, 50, 0xee, 1, 144, ...new Array(400).fill(7)]

const greetings: Readonly<Record<string, readonly [header: string | Uint8Array, from: RegExp]>> = {
  "version 1, IPv4": ["PROXY TCP4 203.0.113.9 127.0.0.1 4711 80\r\n", /^203\.0\.113\.9 4711$/],
  "version 1, IPv6": ["PROXY TCP6 2a00::1 ::1 4711 80\r\n", /^2a00::1 4711$/],
  "version 1, unknown": ["PROXY UNKNOWN\r\n", /127\.0\.0\.1 [1-9]/],
  "version 1, unknown with more": ["PROXY UNKNOWN ffff::1 ::1 1 2\r\n", /127\.0\.0\.1 [1-9]/],
  "version 2, IPv4": [v2(0x11, ipv4), /^203\.0\.113\.9 4711$/],
  "version 2, IPv6": [v2(0x21, ipv6), /^2a00::1 4711$/],
  "version 2, IPv4 as IPv6": [v2(0x21, mapped), /^::ffff:203\.0\.113\.9 4711$/],
  "version 2, Unix": [v2(0x31, unix), /^unix \/run\/a$/],
  "version 2, with values": [v2(0x11, [...ipv4, ...values]), /^203\.0\.113\.9 4711$/],
  "version 2, LOCAL": [v2(0, [], 0x20), /127\.0\.0\.1 [1-9]/],
  "version 2, LOCAL with an address": [v2(0x11, ipv4, 0x20), /127\.0\.0\.1 [1-9]/],
  "version 2, unspecified": [v2(0, values), /127\.0\.0\.1 [1-9]/],
}

test("a header names the client, whole or byte by byte", options, async () => {
  await using server = await telling(trust)
  for (const [name, [header, from]] of Object.entries(greetings)) {
    const bytes = typeof header === "string" ? bytesOf(header) : header
    for (const pieces of [[bytes], Array.from(bytes, (byte) => Uint8Array.of(byte))]) {
      const told = toldIn(await exchange(server, [...pieces, get()]))
      assert.ok(typeof told === "object", name)
      assert.match(told.from, from, name)
    }
  }
})

const malformed: Readonly<Record<string, string | Uint8Array>> = {
  "a request": get(),
  "another protocol": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
  "small letters": "proxy TCP4 203.0.113.9 127.0.0.1 4711 80\r\n",
  "a family that there is not": "PROXY TCP5 203.0.113.9 127.0.0.1 4711 80\r\n",
  "an address of another family": "PROXY TCP4 2a00::1 127.0.0.1 4711 80\r\n",
  "a port that there is not": "PROXY TCP4 203.0.113.9 127.0.0.1 65536 80\r\n",
  "a port with a zero before it": "PROXY TCP4 203.0.113.9 127.0.0.1 04711 80\r\n",
  "no destination": "PROXY TCP4 203.0.113.9\r\n",
  "one word too many": "PROXY TCP4 203.0.113.9 127.0.0.1 4711 80 x\r\n",
  "two spaces": "PROXY TCP4  203.0.113.9 127.0.0.1 4711 80\r\n",
  "a line without an end": "PROXY UNKNOWN " + "x".repeat(100),
  "version 3": v2(0x11, ipv4, 0x31),
  "a command that there is not": v2(0x11, ipv4, 0x22),
  "datagrams": v2(0x12, ipv4),
  "an address that is cut off": v2(0x11, ipv4.slice(1)),
  "more than the limit": v2(0x11, [...ipv4, ...new Array(4096).fill(0)]),
}

test("what does not begin with a header is reset without an answer", options, async () => {
  await using server = await telling(trust)
  for (const [name, bytes] of Object.entries(malformed)) {
    assert.equal(await exchange(server, [bytes]), "reset", name)
  }
})

test("connections that are not of a listed proxy are reset", options, async () => {
  await using server = await telling({ ...trust, proxies: ["192.0.2.1"] })
  assert.equal(await exchange(server, ["PROXY UNKNOWN\r\n", get()]), "reset")
})

test("a proxy that says nothing is sent away", options, async () => {
  await using server = await telling(trust, { limits: { headTimeout: 50 } })
  assert.equal(await exchange(server, ["PROXY TCP4 "]), "")
})

test(
  "all requests of a connection have its client, who is not believed himself",
  options,
  async () => {
    await using server = await telling({ ...trust, headers: "x-forwarded" })
    const header = "PROXY TCP4 203.0.113.9 127.0.0.1 4711 80\r\n"
    const lie = "x-forwarded-for: 198.51.100.1"
    const first = get(lie).replace("connection: close\r\n", "")
    const answers = await exchange(server, [header + first, get(lie)])
    assert.equal(answers.match(/"from":"203\.0\.113\.9 4711"/g)?.length, 2, answers)
    // The proxy has a Unix domain socket, too, and "unix" is not for whoever connects there.
    const local = await exchange(server, [v2(0x31, unix), get(lie)])
    assert.match(local, /"from":"unix \/run\/a"/)
    // Nor is a client whose address the proxy does not know. The proxy itself is.
    for (const unknown of ["PROXY UNKNOWN\r\n", v2(0, [])]) {
      assert.match(await exchange(server, [unknown, get(lie)]), /"from":"\S*127\.0\.0\.1 [1-9]/)
    }
    const itself = await exchange(server, [v2(0, [], 0x20), get(lie)])
    assert.match(itself, /"from":"198\.51\.100\.1 0"/)
    // The proxy beyond this one is believed.
    const chain = await exchange(server, ["PROXY TCP4 127.0.0.9 127.0.0.1 1 80\r\n", get(lie)])
    assert.match(chain, /"from":"198\.51\.100\.1 0"/)
  },
)

test("a proxy on a Unix domain socket names the client, too", options, async () => {
  using folder = new SocketFolder()
  const path = folder.file()
  await using _ = await telling(trust, { path, port: undefined, hostname: undefined })
  const peer = netConnect({ path, allowHalfOpen: true })
  peer.write("PROXY TCP4 203.0.113.9 127.0.0.1 4711 80\r\n" + get())
  const told = toldIn(new TextDecoder().decode(await receiveAll(peer)))
  peer.destroy()
  assert.deepEqual(told, { url: "http://inner:8080/p", from: "203.0.113.9 4711" })
})
