import assert from "node:assert/strict"
import { test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { cachedBody } from "zerowire/http"
import type { Patience } from "../../src/reactor/mod.ts"
import { defaultStack } from "../../src/stack/mod.ts"
import { RawClient, serving } from "./client.ts"

test("while an answer is sent the next request can wait, and afterwards it cannot", {
  timeout: 60_000,
}, async () => {
  const { reactor } = defaultStack()
  const want = reactor.want.bind(reactor)
  const said = new Map<number, Patience[]>()
  reactor.want = (fd, interest, patience = "none") => {
    said.set(fd, [...said.get(fd) ?? [], patience])
    want(fd, interest, patience)
  }
  try {
    const body = cachedBody(new Uint8Array(bytes))
    await using server = await serving(() => body.response())
    await using client = await RawClient.open(server)
    client.peer.pause()
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    const patient = () => [...said].find(([, all]) => all.at(-1) === "long")
    while (patient() === undefined) await setTimeout(1)
    const [fd] = patient() ?? []
    client.peer.resume()
    while (client.received.length < bytes) await setTimeout(1)
    while (said.get(fd as number)?.at(-1) !== "none") await setTimeout(1)
    // Nobody knew only of connections that are not HTTP's.
    assert.deepEqual([...said.values()].flat().filter((patience) => patience === "short"), [])
  } finally {
    reactor.want = want
  }
})

/** More than a socket has room for. */
const bytes = 30_000_000
