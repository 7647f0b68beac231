import assert from "node:assert/strict"
import { test } from "node:test"
import { serve } from "zerowire/http"
import { dial } from "../plain_peer.ts"
import { cases } from "./cases.ts"

for (const split of ["at once", "byte by byte"] as const) {
  test(`a server answers what it must and refuses the rest, if it arrives ${split}`, async () => {
    const paths: string[] = []
    await using server = serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      async (request) => {
        paths.push(new URL(request.url).pathname)
        await request.bytes()
        return new Response("ok")
      },
    )
    await server.ready
    const wrong: unknown[] = []
    // Not all at once: that would be a test of the backlog.
    for (let at = 0; at < cases.length; at += 16) {
      await Promise.all(
        cases.slice(at, at + 16).map(async ({ name, why, bytes, statuses }) => {
          // A long input byte by byte would only take long.
          const parts = split === "at once" || bytes.length > 2000 ? [bytes] : [...bytes]
          const got = await answersTo(server.addr.port, parts)
          if (got.join() !== statuses.join()) wrong.push({ name, why, expected: statuses, got })
        }),
      )
    }
    assert.deepEqual(wrong, [])
    assert.ok(!paths.includes("/smuggled"))
  })
}

/** The statuses of everything that the server answers before it closes. */
async function answersTo(port: number, parts: readonly string[]): Promise<number[]> {
  const peer = await dial(port)
  peer.setNoDelay(true)
  let answer = ""
  peer.setEncoding("latin1").on("data", (text) => answer += text)
  const closed = new Promise((resolve) => peer.on("close", resolve))
  for (const part of parts) {
    if (peer.destroyed) break
    await new Promise((resolve) => peer.write(part, "latin1", resolve))
  }
  peer.end()
  await closed
  return [...answer.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status))
    .filter((status) => status >= 200)
}
