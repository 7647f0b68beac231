/**
 * HTTP over Unix domain sockets.
 *
 * @module
 */
import assert from "node:assert/strict"
import { connect as netConnect } from "node:net"
import { test } from "node:test"
import { serve } from "zerowire/http"
import { receiveAll } from "../plain_peer.ts"
import { SocketFolder } from "./folder.ts"

/** The answer to a request over the socket of this path. */
async function ask(path: string, request: string): Promise<string> {
  const peer = netConnect({ path, allowHalfOpen: true })
  peer.write(request)
  const answer = await receiveAll(peer)
  peer.destroy()
  return new TextDecoder().decode(answer)
}

test("serve answers on a path, to clients without an address", { timeout: 60_000 }, async () => {
  using folder = new SocketFolder()
  const path = folder.file()
  await using server = serve(
    { path, mode: 0o660, onListen() {}, limits: { connectionsPerAddress: 1 } },
    (request, info) => Response.json([request.url, info.remoteAddr, info.requestIP()]),
  )
  await server.ready
  const unix = (path: string) => ({ transport: "unix", hostname: "", port: 0, path })
  assert.deepEqual(server.addr, unix(path))
  // They have no address in common.
  const answers = await Promise.all([
    ask(path, "GET /a HTTP/1.1\r\nhost: example\r\nconnection: close\r\n\r\n"),
    ask(path, "GET /b HTTP/1.0\r\n\r\n"),
  ])
  const bodies = answers.map((answer) => JSON.parse(answer.split("\r\n\r\n")[1]))
  assert.deepEqual(bodies, [
    ["http://example/a", unix(""), null],
    ["http://localhost/b", unix(""), null],
  ])
})
