/**
 * What becomes of a server that cannot accept connections.
 *
 * @module
 */
import assert from "node:assert/strict"
import { test } from "node:test"
import { errno } from "../../src/kernel/port.ts"
import type { ZerowireError } from "../../src/mod.ts"
import { accepting } from "../accepting.ts"
import { serving, urlOf } from "./client.ts"

const hello = () => new Response("hello")

test("a client that had to wait for room is answered, after one report", async () => {
  const server = await serving(hello)
  const { console } = globalThis
  const reports: unknown[] = []
  globalThis.console = { ...console, error: (report) => void reports.push(report) }
  let left = 3
  await accepting(() => left-- > 0 ? -errno.EMFILE : undefined, async () => {
    const response = await fetch(urlOf(server), { headers: { connection: "close" } })
    assert.equal(await response.text(), "hello")
  }).finally(() => globalThis.console = console)
  assert.equal(reports.length, 1)
  assert.match(String(reports[0]), /Cannot accept on .*: EMFILE/)
  await server.shutdown()
})

test("a server that can accept nothing more ends with the failure", async () => {
  const server = await serving(hello)
  const finished = server.finished.catch((failure) => failure as ZerowireError)
  await accepting(() => -errno.EBADF, async () => {
    await assert.rejects(fetch(urlOf(server)))
    const failure = await finished
    assert.ok(failure?.reason._tag === "ListenFailed")
    assert.deepEqual([failure.reason.code, failure.reason.action], ["EBADF", "accept"])
  })
  await assert.rejects(fetch(urlOf(server)))
  await server.shutdown()
})
