import { test } from "node:test"
import assert from "node:assert/strict"
import { joined, pattern, PlainServer, receiveAll, sha256 } from "../plain_peer.ts"
import { start } from "./child.ts"

const cases = [
  { ownership: "auto", size: 65_536, count: 100 },
  { ownership: "transfer", size: 20_000, count: 300 },
  { ownership: "borrow", size: 65_536, count: 100 },
  { ownership: "borrow", size: 20_000, count: 300 },
  { ownership: "copy", size: 65_536, count: 100 },
  { ownership: "auto", size: 1000, count: 5000 },
] as const

for (const { ownership, size, count } of cases) {
  test(
    `chunks of ${size} bytes that nobody else holds arrive unaltered (ownership: "${ownership}")`,
    { timeout: 120_000 },
    async () => {
      await using server = await PlainServer.open()
      const child = start("collect_child.ts", `${server.port}`, ownership, `${size}`, `${count}`)
      const peer = await server.accepted()
      const line = await child.line()
      if (line === undefined) assert.fail((await child.ended).errors)
      // Bytes were in flight and others were waiting while memory was collected and reused.
      const { inFlightBytes, queuedBytes } = JSON.parse(line)
      assert.ok(inFlightBytes > 100_000, `${inFlightBytes} bytes were in flight`)
      assert.ok(queuedBytes > 100_000, `${queuedBytes} bytes were queued`)

      const received = receiveAll(peer)
      const expected = joined(Array.from({ length: count }, (_, i) => pattern(size, i)))
      assert.equal(sha256(await received), sha256(expected))
      peer.end()
      const report = JSON.parse(await child.line() ?? "{}")
      assert.equal(report.byProof + report.quarantined, 0)
      assert.ok(report.released > 0)
      const { code, errors } = await child.ended
      assert.equal(code, 0, errors)
    },
  )
}
