import assert from "node:assert/strict"
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  type Courier,
  errno,
  type Pipe,
  type Relayed,
  sendFlags,
} from "../../../src/kernel/port.ts"
import { giveFiles } from "../../simulated_files.ts"
import type { Case } from "../case.ts"
import { Connection } from "../connection.ts"
import { pattern } from "../../lab/pattern.ts"
import type { Testbed } from "../testbed.ts"
import { withPipe } from "./pipes.ts"

/** What couriers do with files and with pipes, from the first call to the last. */
export const couriers: readonly Case[] = [
  {
    name: "a courier's relay waits for bytes, and ends at the end",
    async run(bed) {
      await relaying(bed, {}, async ({ from, to, start }) => {
        const relay = start()
        await bed.settle()
        assert.equal(from.send(5000), 5000)
        assert.equal(bed.kernel.shutdownWrite(from.a), 0)
        to.sentBytes = 5000
        const first = await relay.end()
        // On a busy machine its patience may have been over before there was a byte.
        const last = first.received > 0 ? first : await start().end()
        assert.deepEqual(last, moved(5000, 5000))
        await to.untilReceived()
      })
    },
  },
  {
    name: "a courier's relay without bytes ends by itself",
    async run(bed) {
      await relaying(bed, {}, async ({ start }) => {
        assert.deepEqual(await start().end(), moved(0, 0))
      })
    },
  },
  {
    name: "a courier's relay that is told to stop leaves in the pipe what was not accepted",
    async run(bed) {
      await relaying(bed, { sendBuffer: 20_000, receiveBuffer: 8192 }, async (scene) => {
        const { from, to, pipe, courier, start } = scene
        const relay = start()
        // Far more than the sink has room for.
        for (let i = 0; i < 10; i++) {
          from.send(100_000)
          await bed.settle()
        }
        courier.stopRelay()
        const { received, accepted, ...errors } = await relay.end()
        assert.deepEqual(errors, { receiveError: 0, sendError: 0 })
        assert.ok(received > accepted && accepted > 0, `${received} and ${accepted} bytes`)
        assert.equal(readAll(bed, pipe), received - accepted)
        to.sentBytes = accepted
        await to.untilReceived()
        from.receivedBytes = received
        await from.untilReceived()
      })
    },
  },
  {
    name: "a courier's relay is over at once when it was told to stop before",
    async run(bed) {
      await relaying(bed, {}, async ({ from, courier, start }) => {
        const relay = start()
        courier.stopRelay()
        assert.deepEqual(await relay.end(), moved(0, 0))
        // That counts for this call alone.
        assert.equal(from.send(100), 100)
        assert.equal(bed.kernel.shutdownWrite(from.a), 0)
        assert.deepEqual(await start().end(), moved(100, 100))
      })
    },
  },
  {
    name: "a courier's relay reports a reset of its source",
    async run(bed) {
      await relaying(bed, {}, async ({ from, start }) => {
        const relay = start()
        assert.equal(bed.kernel.disconnect(from.a), 0)
        const reset = { receiveError: errno.ECONNRESET, sendError: 0 }
        assert.deepEqual(await relay.end(), { ...moved(0, 0), ...reset })
      })
    },
  },
  {
    name: "a courier's relay reports a reset of its sink, and keeps what was not accepted",
    async run(bed) {
      await relaying(bed, {}, async ({ from, to, pipe, start }) => {
        assert.equal(bed.kernel.disconnect(to.b), 0)
        await bed.settle()
        assert.equal(from.send(1000), 1000)
        const { sendError, ...rest } = await start().end()
        assert.ok(
          [errno.ECONNRESET, errno.EPIPE].includes(sendError as never),
          `errno ${sendError}`,
        )
        assert.deepEqual(rest, { received: 1000, accepted: 0, receiveError: 0 })
        assert.equal(readAll(bed, pipe), 1000)
      })
    },
  },
  {
    name: "the source may be closed during a courier's relay",
    async run(bed) {
      await relaying(bed, {}, async ({ from, to, courier, start }) => {
        const relay = start()
        assert.equal(from.send(1000), 1000)
        to.sentBytes = 1000
        await to.untilReceived()
        bed.close(from.b)
        courier.stopRelay()
        assert.deepEqual(await relay.end(), moved(1000, 1000))
      })
    },
  },
  {
    name: "a courier's relay does not wait inside a call on a source whose calls may wait",
    async run(bed) {
      await relaying(bed, {}, async ({ from, courier, start }) => {
        assert.equal(bed.kernel.startWaiting(from.b), 0)
        const relay = start()
        await bed.settle()
        courier.stopRelay()
        assert.deepEqual(await relay.end(), moved(0, 0))
        assert.equal(bed.kernel.stopWaiting(from.b), 0)
      })
    },
  },
  {
    name: "a courier's relay does not wait inside a call for an unread notification of its source",
    async run(bed) {
      await relaying(bed, {}, async ({ from, courier, start }) => {
        const { kernel } = bed
        assert.equal(kernel.setOption(from.b, "SO_ZEROCOPY", 1), 0)
        const vector = kernel.vector(1)
        vector.set(0, bed.pages(1), 0, 4096)
        assert.equal(kernel.send(from.b, vector, 1, sendFlags.zerocopy), 4096)
        await bed.until("an acknowledgement", () => kernel.acknowledgedBytes(from.b) >= 4096)
        // As while a courier sends for the source, when nobody reads its notifications.
        assert.equal(kernel.startWaiting(from.b), 0)
        const relay = start()
        await bed.settle()
        courier.stopRelay()
        assert.deepEqual(await relay.end(), moved(0, 0))
        assert.equal(kernel.stopWaiting(from.b), 0)
      })
    },
  },
  {
    name: "a courier sends a range of a file, and 0 bytes at its end",
    async run(bed) {
      await withFile(bed, 30_000, async (send) => {
        const to = await Connection.open(bed)
        assert.equal(await send(to.a, 0, 20_000), 20_000)
        assert.equal(await send(to.a, 20_000, 20_000), 10_000)
        assert.equal(await send(to.a, 30_000, 1000), 0)
        to.sentBytes = 30_000
        await to.untilReceived()
      })
    },
  },
  {
    name: "a courier's file waits for room while its socket's calls may wait, and not otherwise",
    async run(bed) {
      await withFile(bed, 400_000, async (send) => {
        const to = await Connection.open(bed, { sendBuffer: 20_000, receiveBuffer: 8192 })
        assert.equal(bed.kernel.startWaiting(to.a), 0)
        const sent = send(to.a, 0, 60_000)
        to.sentBytes = 60_000
        await to.untilReceived()
        assert.equal(await sent, 60_000)
        assert.equal(bed.kernel.stopWaiting(to.a), 0)
        const n = await send(to.a, 0, 400_000)
        assert.ok(n > 0 && n < 400_000, `${n} bytes`)
      })
    },
  },
]

interface Scene {
  readonly from: Connection
  readonly to: Connection
  readonly pipe: Pipe
  readonly courier: Courier
  /** Begins a relay from `from` to `to`. */
  start(): Relaying
}

interface Relaying {
  end(): Promise<Relayed>
}

async function relaying(
  bed: Testbed,
  buffers: { readonly sendBuffer?: number; readonly receiveBuffer?: number },
  body: (scene: Scene) => Promise<void>,
): Promise<void> {
  const from = await Connection.open(bed)
  const to = await Connection.open(bed, buffers)
  const courier = bed.kernel.courier()
  const start = () => {
    const call = { from: from.b, to: to.a, pipe, held: 0 }
    let result: Relayed | undefined
    courier.relay(call, (relayed) => result = relayed)
    return {
      async end() {
        await bed.until("the courier returns", () => result !== undefined)
        return result as Relayed
      },
    }
  }
  let pipe: Pipe
  try {
    await withPipe(bed, async (opened) => {
      pipe = opened
      await body({ from, to, pipe, courier, start })
    })
  } finally {
    courier.close()
  }
}

const moved = (received: number, accepted: number): Relayed => ({
  ...{ received, accepted, receiveError: 0, sendError: 0 },
})

/** Takes everything out of a pipe, and returns how many bytes that were. */
function readAll({ kernel }: Testbed, { readEnd }: Pipe): number {
  const memory = kernel.memoryOf(new ArrayBuffer(65_536))
  for (let bytes = 0;;) {
    const n = kernel.readPipe(readEnd, memory, 0, 65_536)
    if (n <= 0) return bytes
    bytes += n
  }
}

/** Runs `body` with a function that has a courier send a range of a file of the pattern's first bytes. */
async function withFile(
  bed: Testbed,
  bytes: number,
  body: (send: (fd: number, offset: number, count: number) => Promise<number>) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "zerowire-conformance-"))
  const path = join(folder, "file")
  writeFileSync(path, pattern(0, bytes))
  const file = openSync(path, "r")
  if (bed.kernelName === "simulated") giveFiles(bed.kernel)
  const courier = bed.kernel.courier()
  try {
    await body(async (fd, offset, count) => {
      let result: number | undefined
      courier.sendFile(fd, file, offset, count, (n) => result = n)
      await bed.until("the courier returns", () => result !== undefined)
      return result as number
    })
  } finally {
    courier.close()
    closeSync(file)
    rmSync(folder, { recursive: true })
  }
}
