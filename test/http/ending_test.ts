/**
 * What becomes of clients when a server ends: each request that was sent before is answered.
 *
 * @module
 */
import assert from "node:assert/strict"
import { test } from "node:test"
import { setImmediate, setTimeout as sleep } from "node:timers/promises"
import { linuxKernel } from "../../src/kernel/mod.ts"
import { errno } from "../../src/kernel/port.ts"
import { RawClient, serving } from "./client.ts"

const get = "GET / HTTP/1.1\r\nhost: a\r\n\r\n"
const hello = () => new Response("hello")
const options = { timeout: 60_000 }

test("a client that had connected gets its first answer", options, async () => {
  const server = await serving(hello)
  await using client = await RawClient.open(server)
  while (server.connections === 0) await sleep(1)
  const stopped = server.shutdown()
  await setImmediate()
  client.send(get)
  assert.match(await client.rest(), /\r\nconnection: close\r\n[^]*hello$/)
  await stopped
})

test(
  "a client that had connected and says nothing does not hold the server up",
  options,
  async () => {
    const server = await serving(hello)
    await using client = await RawClient.open(server)
    while (server.connections === 0) await sleep(1)
    await server.shutdown()
    assert.equal(await client.rest(), "")
  },
)

test("a request is answered that came on an idle connection just before", options, async () => {
  const server = await serving(hello)
  using client = new BlockingClient(server.addr.port)
  client.send(get)
  assert.match(await client.until(/hello$/), /^HTTP\/1\.1 200 /)
  // Both in one turn: the server has had no chance to see it.
  client.send(get)
  const stopped = server.shutdown()
  assert.match(await client.until(/hello[^]*hello$/), /\r\nconnection: close\r\n[^]*hello$/)
  await stopped
})

/** A client whose bytes have arrived when `send` returns. */
class BlockingClient implements Disposable {
  readonly #kernel = linuxKernel()
  readonly #fd = this.#kernel.socket(4)
  readonly #memory = this.#kernel.memoryOf(new ArrayBuffer(4096))
  #received = ""

  constructor(port: number) {
    this.#kernel.connect(this.#fd, { family: 4, address: "127.0.0.1", port, scope: 0 })
  }

  send(text: string): void {
    const { length } = text
    new TextEncoder().encodeInto(text, new Uint8Array(this.#memory.buffer))
    assert.equal(this.#kernel.sendBytes(this.#fd, this.#memory, 0, length), length)
  }

  /** Everything that has arrived, once it ends like `pattern`. */
  async until(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.#received)) {
      const n = this.#kernel.receive(this.#fd, this.#memory, 0, 4096)
      if (n === -errno.EAGAIN) await sleep(1)
      else if (n <= 0) throw new Error(`The connection ended after ${this.#received}`)
      else this.#received += new TextDecoder().decode(new Uint8Array(this.#memory.buffer, 0, n))
    }
    return this.#received
  }

  [Symbol.dispose](): void {
    this.#kernel.close(this.#fd)
  }
}
