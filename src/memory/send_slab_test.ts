import assert from "node:assert/strict"
import { existsSync, readFileSync } from "node:fs"
import { test } from "node:test"
import { PlainServer, receiveAll } from "../../test/plain_peer.ts"
import { connect, createSlab, type SendSlabOptions, type Socket, ZerowireError } from "../mod.ts"

test("leases arrive in order, even between chunks of the stream, and their slots come back", async () => {
  await using server = await PlainServer.open()
  using slab = createSlab({ slotBytes: 20_000, slots: 3 })
  assert.equal(slab.slotBytes, 20_480)
  const socket = await connect({ port: server.port, zerocopy: "always" })
  const receiving = receiveAll(await server.accepted())
  const writer = socket.writable.getWriter()
  const expected: number[] = []
  for (let i = 0; i < 60; i++) {
    const lease = await slab.lease()
    const length = i % 7 === 0 ? 0 : 1 + i * 300
    lease.bytes.fill(i, 0, length)
    socket.send(lease, length)
    expected.push(...new Array(length).fill(i))
    if (i % 5 !== 0) continue
    await writer.write(Uint8Array.of(200, i))
    expected.push(200, i)
  }
  await writer.close()
  await socket.close()
  assert.deepEqual([...await receiving], expected)
  assert.equal(slab.leased, 0)
})

test("a lease cannot be filled once it is sent", async () => {
  await withSocket(async (socket) => {
    using slab = createSlab({ slots: 1 })
    const lease = await slab.lease()
    const { bytes } = lease
    const sent = socket.send(lease, 100)
    assert.equal(bytes.byteLength, 0)
    assert.throws(() => socket.send(lease, 0), /Cannot send a lease: it was already sent/)
    assert.throws(() => socket.send(lease, 1), TypeError)
    await sent.accepted
    await sent.released
    assert.equal(slab.leased, 0)
  })
})

test("no public object can take a slot back from the kernel early", async () => {
  await withSocket(async (socket) => {
    using slab = createSlab({ slots: 1 })
    const lease = await slab.lease()
    const sent = socket.send(lease, 100)
    for (const object of [lease, sent, slab, socket]) {
      const reachable = methodsOf(object).filter((name) =>
        /take|release|orphan|quarantine/i.test(name)
      )
      assert.deepEqual(reachable.filter((name) => !harmless.includes(name)), [])
    }
    await sent.released
  })
})

test("lease waits for a slot, first come first served, until its signal aborts", async () => {
  using slab = createSlab({ slots: 1 })
  const first = await slab.lease()
  assert.equal(slab.leaseNow(), undefined)
  const controller = new AbortController()
  const aborted = slab.lease(controller.signal)
  const second = slab.lease()
  const reason = new Error("enough")
  controller.abort(reason)
  await assert.rejects(aborted, (error) => error === reason)
  first.giveBack()
  const lease = await second
  lease.giveBack()
  assert.equal(slab.leased, 0)
})

test("a slab in use cannot be closed, and a closed one cannot be used", async () => {
  const slab = createSlab({ slots: 2 })
  const lease = await slab.lease()
  assert.throws(() => slab.close(), /1 of its slots are in use/)
  lease.giveBack()
  slab.close()
  slab.close()
  assert.throws(() => slab.leaseNow(), /the slab is closed/)
  await assert.rejects(slab.lease(), /the slab is closed/)
})

test("invalid sizes are refused by name", () => {
  assert.throws(() => createSlab({ slotBytes: 0 }), /slotBytes 0/)
  assert.throws(() => createSlab({ slots: 1.5 }), /slots 1.5/)
  assert.throws(() => createSlab({ slots: 65_536, slotBytes: 65_536 }), /2 GiB/)
})

test("a lease that cannot be sent stays with its holder", async () => {
  await withSocket(async (socket) => {
    using slab = createSlab({ slots: 1 })
    const lease = await slab.lease()
    await socket.abort()
    assert.throws(() => socket.send(lease), ZerowireError)
    assert.throws(() => socket.send(lease, slab.slotBytes + 1), RangeError)
    lease.giveBack()
  })
})

async function withSocket(use: (socket: Socket) => Promise<void>): Promise<void> {
  await using server = await PlainServer.open()
  const socket = await connect({ port: server.port })
  const receiving = receiveAll(await server.accepted()).catch(() => {})
  await use(socket)
  await socket.close().catch(() => {})
  await receiving
}

test("without detaching, the bytes of a lease stay accessible", async () => {
  await withSocket(async (socket) => {
    using slab = createSlab({ slots: 1, detach: false })
    const lease = await slab.lease()
    const { bytes } = lease
    await socket.send(lease, 100).released
    assert.equal(bytes.byteLength, slab.slotBytes)
    assert.equal(slab.leased, 0)
  })
})

const skip = !existsSync("/sys/kernel/mm/transparent_hugepage") && "the kernel has no huge pages"

test(
  "a slab asks for huge pages, unless the option is false or it protects its slots",
  { skip },
  () => {
    const added = (options: SendSlabOptions) => {
      const before = hugeKiB()
      using _slab = createSlab({ slots: 64, ...options })
      return hugeKiB() - before
    }
    assert.equal(added({}), 4096)
    assert.equal(added({ hugePages: false }), 0)
    assert.equal(added({ protect: true }), 0)
  },
)

/**
 * How much mapped memory asks for huge pages and is not inherited by a fork (`hg` and `dc` in VmFlags,
 * proc_pid_smaps(5)), as a slab does.
 */
function hugeKiB(): number {
  const mappings = readFileSync("/proc/self/smaps", "utf8").split(/^VmFlags:/m)
  return mappings.slice(0, -1).reduce((sum, mapping, i) => {
    const [flags] = mappings[i + 1].split("\n", 1)
    const huge = / hg( |$)/.test(flags) && / dc( |$)/.test(flags)
    return huge ? sum + Number(/^Size: +(\d+) kB/m.exec(mapping)?.[1]) : sum
  }, 0)
}

/** All methods and properties of an object, including inherited ones. */
function methodsOf(object: object): string[] {
  const names: string[] = []
  for (let at = object; at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    names.push(...Object.getOwnPropertyNames(at))
  }
  return names
}

/** A promise, and a count. */
const harmless = ["released", "quarantined"]
