/**
 * Servers on listening sockets that somebody else has opened and keeps open.
 *
 * @module
 */
import assert from "node:assert/strict"
import { request } from "node:http"
import { test } from "node:test"
import { type NetAddress } from "zerowire"
import { Holder } from "./holder.ts"

interface Started {
  readonly pid: number
  readonly addr?: NetAddress
  readonly listenFds?: string | null
  readonly message?: string
  readonly reason?: string
}

const options = { timeout: 120_000 }
/** Of each answer. */
const bytes = 64 * 1024

const held = (options: object, more: { readonly sockets?: number; readonly names?: string } = {}) =>
  Holder.open({ ...more, program: ["./server_child.ts", JSON.stringify(options)] })

test("serve answers on the socket that the service manager has passed", options, async () => {
  await using holder = await held({ activated: 0 })
  const [port] = holder.ports
  const { addr, listenFds } = await holder.start<Started>()
  assert.deepEqual(addr, { transport: "tcp", hostname: "127.0.0.1", port })
  assert.equal(listenFds, null, "children of the server would take the sockets for their own")
  assert.equal(await ask(port), bytes)
})

test("a socket is found by its name", options, async () => {
  await using holder = await held({ activated: "web" }, { sockets: 2, names: "other:web" })
  const { addr } = await holder.start<Started>()
  assert.equal(addr?.port, holder.ports[1])
})

test("an error says which sockets were passed", options, async () => {
  await using holder = await held({ activated: "admin" }, { sockets: 2, names: "other:web" })
  const { reason, message } = await holder.start<Started>()
  assert.equal(reason, "NotActivated")
  assert.match(message ?? "", /"admin": the service manager has passed \["other","web"\]/)
})

test("a file descriptor that is not a listening socket is refused", options, async () => {
  await using holder = await held({ fd: 0 })
  const { message } = await holder.start<Started>()
  assert.match(message ?? "", /^Cannot listen on file descriptor 0: ENOTSOCK\. It is not a socket$/)
})

test("a restart under load refuses and resets no client", options, async () => {
  await using holder = await held({ fd: 3 })
  const [port] = holder.ports
  let { pid } = await holder.start<Started>()
  let over = false
  const clients = Promise.all(Array.from({ length: 8 }, async () => {
    let answers = 0
    while (!over) {
      assert.equal(await ask(port), bytes)
      answers++
    }
    return answers
  }))
  clients.catch(() => {})
  for (let restart = 0; restart < 2; restart++) {
    // The next one first, or a gap in which connections wait in the backlog.
    const overlaps = restart % 2 === 0
    const next = overlaps ? await holder.start<Started>() : undefined
    holder.stop(pid)
    assert.deepEqual(await holder.said(), { pid, ended: true })
    pid = (next ?? await holder.start<Started>()).pid
    for (let i = 0; i < 5; i++) assert.equal(await ask(port), bytes)
  }
  over = true
  assert.ok((await clients).every((answers) => answers > 0))
})

/** Bytes of an answer over a connection of its own. Fails if it is refused, reset, or cut off. */
function ask(port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const asked = request({ port, host: "127.0.0.1", agent: false }, (response) => {
    let received = 0
    response.on("data", (chunk: Uint8Array) => received += chunk.byteLength)
    response.on("end", () => resolve(received))
    response.on("error", reject)
  })
  asked.on("error", reject)
  asked.end()
  return promise
}
