/**
 * Tests as a user writes them, under Deno's leak detection. Run by `sanitized_deno_test.ts`.
 *
 * @module
 */
import assert from "node:assert/strict"
import { fileURLToPath } from "node:url"
import { connect, createSlab, listen, takeOver } from "../../src/mod.ts"
import { denoNet } from "../runtime_sockets.ts"

const { test } = (globalThis as unknown as { readonly Deno: DenoTest }).Deno

const local = { hostname: "127.0.0.1", port: 0 }

const tests: Readonly<Record<string, () => Promise<void>>> = {
  async "an echo, with everything closed at the end"() {
    const listener = await listen(local)
    const [client, server] = await Promise.all([
      connect({ port: listener.addr.port, zerocopy: "always" }),
      listener.accept(),
    ])
    const echo = server.readable.pipeTo(server.writable)
    const received = new Response(client.readable).bytes()
    const writer = client.writable.getWriter()
    for (let i = 0; i < 50; i++) await writer.write(new Uint8Array(200_000))
    await writer.close()
    assert.equal((await received).byteLength, 10_000_000)
    await echo
    listener.close()
    await Promise.all([client.close(), server.close()])
  },

  async "a client of a server of Deno's"() {
    const listener = denoNet?.listen(local)
    if (listener === undefined) return
    const [client, conn] = await Promise.all([
      connect({ port: listener.addr.port }),
      listener.accept(),
    ])
    await client.sendFile(fileURLToPath(import.meta.url))
    const closed = client.close()
    let bytes = 0
    for await (const chunk of conn.readable) bytes += chunk.byteLength
    assert.ok(bytes > 1000)
    await conn.closeWrite().catch(() => {})
    await closed
    listener.close()
  },

  async "a listener that waits, and is disposed of"() {
    const listener = await listen(local)
    const waiting = assert.rejects(listener.accept())
    await new Promise((resolve) => setTimeout(resolve, 5))
    await listener[Symbol.asyncDispose]()
    await waiting
  },

  async "a connection that is aborted while both wait"() {
    await using listener = await listen(local)
    const [client, server] = await Promise.all([
      connect({ port: listener.addr.port }),
      listener.accept(),
    ])
    const reads = [client, server].map(({ readable }) =>
      assert.rejects(readable.getReader().read())
    )
    await new Promise((resolve) => setTimeout(resolve, 5))
    await Promise.all([client.abort(), server.abort()])
    await Promise.all(reads)
  },

  async "a lease, and a connection of Deno's that is taken over"() {
    const listener = denoNet?.listen(local)
    if (listener === undefined) return
    await using client = await connect({ port: listener.addr.port })
    await using server = await takeOver(await listener.accept())
    using slab = createSlab({ slots: 2, slotBytes: 64 * 1024 })
    const lease = await slab.lease()
    await client.send(lease).released
    await client.closeWrite()
    assert.equal((await new Response(server.readable).bytes()).byteLength, 64 * 1024)
    listener.close()
  },
}

interface DenoTest {
  test(definition: {
    readonly name: string
    readonly fn: () => Promise<void>
    readonly sanitizeOps: boolean
    readonly sanitizeResources: boolean
  }): void
}

for (const [name, fn] of Object.entries(tests)) {
  test({ name, fn, sanitizeOps: true, sanitizeResources: true })
}
