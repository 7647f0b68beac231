/**
 * Who a client is by Forwarded and X-Forwarded-*, through a server.
 *
 * @module
 */
import assert from "node:assert/strict"
import { test } from "node:test"
import { serve, type Trust } from "zerowire/http"
import { exchange, get, telling, toldIn } from "./told.ts"

const options = { timeout: 60_000 }
const inner = "http://inner:8080/p"

interface Case {
  readonly headers: readonly string[]
  /** What the handler is told, or the status of the answer. */
  readonly url?: string
  /** Without it, the peer: the test itself. */
  readonly from?: string
  readonly status?: number
}

async function check(trust: Trust | undefined, cases: readonly Case[]): Promise<void> {
  await using server = await telling(trust)
  for (const { headers, url = inner, from, status } of cases) {
    const told = toldIn(await exchange(server, [get(...headers)]))
    const what = headers.join("; ")
    if (typeof told === "number") {
      assert.equal(told, status, what)
      continue
    }
    assert.equal(status, undefined, what)
    assert.equal(told.url, url, what)
    if (from === undefined) assert.match(told.from, /^(?:::ffff:)?127\.0\.0\.1 [1-9]/, what)
    else assert.equal(told.from, from, what)
  }
}

const lies = [
  "forwarded: for=203.0.113.9;proto=https;host=evil.example",
  "x-forwarded-for: 203.0.113.9",
  "x-forwarded-proto: https",
  "x-forwarded-host: evil.example",
]

test(
  "by default, and from addresses that are not listed, nothing is believed",
  options,
  async () => {
    for (const trust of [undefined, { proxies: ["192.0.2.0/24"], headers: "forwarded" } as const]) {
      await check(trust, [{ headers: lies }])
    }
  },
)

test(
  "X-Forwarded-* of a listed proxy say who the client is",
  options,
  () =>
    check({ proxies: ["127.0.0.0/8", "10.0.0.0/8", "2001:db8::/32"], headers: "x-forwarded" }, [
      { headers: ["x-forwarded-for: 203.0.113.9"], from: "203.0.113.9 0" },
      { headers: ["X-Forwarded-For: 203.0.113.9:4711"], from: "203.0.113.9 4711" },
      { headers: ["x-forwarded-for: 2a00::1"], from: "2a00::1 0" },
      { headers: ["x-forwarded-for: [2a00::1]:80"], from: "2a00::1 80" },
      // From the right: what a client has written itself stands before what the proxy has added.
      { headers: ["x-forwarded-for: 198.51.100.1, 203.0.113.9"], from: "203.0.113.9 0" },
      {
        headers: ["x-forwarded-for: 198.51.100.1", "x-forwarded-for: 203.0.113.9"],
        from: "203.0.113.9 0",
      },
      { headers: ["x-forwarded-for: 203.0.113.9, 10.1.1.1,2001:db8::5"], from: "203.0.113.9 0" },
      { headers: ["x-forwarded-for: 10.1.1.1, 10.2.2.2"], from: "10.1.1.1 0" },
      { headers: ["x-forwarded-for: unknown, 10.2.2.2"], from: "10.2.2.2 0" },
      { headers: ["x-forwarded-for: unknown"] },
      { headers: ["x-forwarded-for:"] },
      { headers: ["x-forwarded-proto: https"], url: "https://inner:8080/p" },
      { headers: ["x-forwarded-proto: ftp"] },
      {
        headers: ["x-forwarded-host: Shop.example:443", "x-forwarded-proto: HTTPS"],
        url: "https://shop.example/p",
      },
      { headers: ["x-forwarded-host: a b"], status: 400 },
      { headers: ["x-forwarded-host: a/b"], status: 400 },
      // A value for each hop belongs to its hop, a single one to the nearest.
      {
        headers: ["x-forwarded-for: 203.0.113.9, 10.1.1.1", "x-forwarded-proto: https, http"],
        url: "https://inner:8080/p",
        from: "203.0.113.9 0",
      },
      {
        headers: ["x-forwarded-for: 198.51.100.1, 203.0.113.9", "x-forwarded-proto: https, http"],
        from: "203.0.113.9 0",
      },
      // The other kind is what the client has sent.
      { headers: [lies[0]] },
    ]),
)

test(
  "Forwarded of a listed proxy says who the client is",
  options,
  () =>
    check({ proxies: ["127.0.0.0/8", "10.0.0.0/8"], headers: "forwarded" }, [
      { headers: ["forwarded: for=203.0.113.9"], from: "203.0.113.9 0" },
      { headers: ['Forwarded: For="[2a00::1]:4711"'], from: "2a00::1 4711" },
      {
        headers: ['forwarded: for=203.0.113.9;proto=https;by=10.1.1.1;host="shop.example"'],
        url: "https://shop.example/p",
        from: "203.0.113.9 0",
      },
      { headers: ["forwarded: for=198.51.100.1, for=203.0.113.9"], from: "203.0.113.9 0" },
      {
        headers: ["forwarded: for=203.0.113.9;proto=https", "forwarded: for=10.1.1.1;proto=http"],
        url: "https://inner:8080/p",
        from: "203.0.113.9 0",
      },
      { headers: ["forwarded: for=_hidden"] },
      { headers: ["forwarded: for=unknown;proto=https"], url: "https://inner:8080/p" },
      { headers: ["forwarded: , for=203.0.113.9 ,;"], from: "203.0.113.9 0" },
      { headers: ['forwarded: for="20\\3.0.113.9"'], from: "203.0.113.9 0" },
      // A quotation mark that is left open would swallow what the proxy adds.
      { headers: ['forwarded: for="x, for=203.0.113.9'], status: 400 },
      { headers: ["forwarded: for=203.0.113.9;for=10.1.1.1"], status: 400 },
      { headers: ["forwarded: for"], status: 400 },
      { headers: ["forwarded: host=a:b:c"], status: 400 },
      { headers: lies.slice(1) },
    ]),
)

const wrong: readonly [trust: unknown, message: RegExp][] = [
  [{ proxies: [], headers: "forwarded" }, /it must be a list of addresses/],
  [{ proxies: ["10.0.0.0/33"], headers: "forwarded" }, /"10\.0\.0\.0\/33": it must be an address/],
  [{ proxies: ["localhost"], headers: "forwarded" }, /"localhost": it must be an address/],
  [{ proxies: ["fe80::1%eth0"], headers: "forwarded" }, /"fe80::1%eth0": it must be an address/],
  [{ proxies: ["10.0.0.0/8/8"], headers: "forwarded" }, /it must be an address/],
  [{ proxies: ["::1"] }, /"forwarded" or "x-forwarded", unless "proxyProtocol" is true/],
  [{ proxies: ["::1"], headers: "via" }, /Cannot use headers "via"/],
  [{ proxies: ["::1"], header: "forwarded" }, /Did you mean "headers"\?/],
]

test("what trusts nobody, or whom it should not, is refused", () => {
  for (const [trust, message] of wrong) {
    assert.throws(
      () => serve({ port: 0, trust: trust as Trust }, () => new Response()),
      { name: "TypeError", message },
      JSON.stringify(trust),
    )
  }
})
