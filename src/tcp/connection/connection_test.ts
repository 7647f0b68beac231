import assert from "node:assert/strict"
import { test } from "node:test"
import { insideOf } from "../socket.ts"
import { simulate } from "../../testing.ts"

test("a close that only waits for the peer causes no pause, and shortens none", async () => {
  const simulation = simulate({ link: { latency: 5 } })
  const peer = simulation.peer()
  const said: string[] = []
  await simulation.run(async () => {
    const socket = await simulation.connect({ hostname: peer.hostname, port: peer.port })
    const { stack: { reactor }, fd } = insideOf(socket).connection
    const want = reactor.want.bind(reactor)
    await socket.writable.getWriter().write(new Uint8Array(1_000_000))
    reactor.want = (which, interest, patience) => {
      if (which === fd && interest !== "none") said.push(patience ?? "none")
      want(which, interest, patience)
    }
    await socket.close()
  })
  // First its memory is in flight; then it waits for the acknowledgement of its FIN.
  assert.deepEqual([...new Set(said)], ["long", "any"])
})
