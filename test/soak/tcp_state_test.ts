import assert from "node:assert/strict"
import { once } from "node:events"
import { test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { dial, PlainServer } from "../plain_peer.ts"
import { stateIn, tcpState } from "./tcp_state.ts"

const options = { timeout: 60_000 }

test("the kernel knows of a FIN, whether it was read or not", options, async () => {
  await using server = await PlainServer.open()
  const socket = await dial(server.port)
  const peer = await server.accepted()
  const ended = once(peer, "end")
  const state = () => tcpState(server.port, socket.localPort ?? 0)
  assert.deepEqual(state(), { fin: false, unreadBytes: 0 })
  socket.end()
  while (state()?.fin !== true) await setTimeout(1)
  peer.resume()
  await ended
  peer.end()
})

const text = (...lines: readonly string[]): string =>
  ["  sl  local_address rem_address   st tx_queue rx_queue tr tm->when", ...lines, ""].join("\n")

test("a FIN that was not read counts as one of the bytes in the kernel's text, and not here", () => {
  const line = (state: string, unread: string) =>
    text(`   0: 020200C0:1F90 010200C0:9C40 ${state} 00000000:${unread} 00:00000000 00000000`)
  assert.deepEqual(stateIn(line("01", "00000064"), 8080, 40_000), { fin: false, unreadBytes: 100 })
  assert.deepEqual(stateIn(line("08", "00000065"), 8080, 40_000), { fin: true, unreadBytes: 100 })
  assert.deepEqual(stateIn(line("08", "00000000"), 8080, 40_000), { fin: true, unreadBytes: 0 })
  assert.equal(stateIn(line("08", "00000000"), 8080, 40_001), undefined)
})
