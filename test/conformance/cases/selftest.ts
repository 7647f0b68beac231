import assert from "node:assert/strict"
import { errno, sendFlags } from "../../../src/kernel/port.ts"
import type { Case } from "../case.ts"
import { Connection } from "../connection.ts"
import { copies, type Testbed } from "../testbed.ts"

/** `msg_zerocopy` of the kernel's own selftests, as far as TCP goes. */
export const selftest: readonly Case[] = ([4, 6] as const).flatMap((family) =>
  (["plain", "zerocopy", "mixed"] as const).flatMap((mode) =>
    [1, 8, 32].flatMap((every) =>
      [4096, undefined, 1_000_000].map((optmemMax): Case => ({
        name: `msg_zerocopy tcp v${family} ${mode}, drained every ${every} sends, ` +
          `optmem_max ${optmemMax ?? "default"}`,
        ...(optmemMax === undefined ? {} : { options: { optmemMax } }),
        run: (bed) => transmit(bed, family, mode, every, optmemMax === 4096),
      }))
    )
  )
)

/** Sends, takes completions in as it goes, and waits for the rest without another send. */
async function transmit(
  bed: Testbed,
  family: 4 | 6,
  mode: "plain" | "zerocopy" | "mixed",
  every: number,
  mayBeRefused: boolean,
): Promise<void> {
  const connection = await Connection.open(bed, { family, zerocopy: mode !== "plain" })
  const { kernel } = bed
  let ids = 0
  let refused = 0
  for (let i = 0; i < sends; i++) {
    const zerocopy = mode === "zerocopy" || (mode === "mixed" && i % 2 === 1)
    for (let left = sendBytes; left > 0;) {
      const n = connection.send(left, zerocopy ? sendFlags.zerocopy : 0)
      if (n > 0) {
        left -= n
        if (zerocopy) ids++
      } else if (n === -errno.ENOBUFS) {
        refused++
        await bed.until("a completion after ENOBUFS", () => connection.reap().length > 0)
      } else {
        assert.equal(n, -errno.EAGAIN)
        const before = kernel.acknowledgedBytes(connection.a)
        await bed.until("room", () => {
          connection.receive()
          return kernel.acknowledgedBytes(connection.a) > before
        })
      }
    }
    connection.receive()
    if ((i + 1) % every === 0) connection.reap()
  }
  await connection.untilReceived()
  await connection.untilNotified(ids, tail)

  assert.equal(connection.foreign, 0)
  if (!mayBeRefused) assert.equal(refused, 0)
  if (mode === "plain") assert.equal(ids, 0)
  else assert.ok(ids >= (mode === "mixed" ? sends / 2 : sends))
  // TCP completes in order: each range begins where the last one has ended.
  let next = 0
  for (const { lo, hi, copied } of connection.ranges) {
    assert.equal(lo, next)
    next = hi + 1
    assert.equal(copied, copies(bed), "the verdict is that of another link")
  }
}

const sends = 64
const sendBytes = 16 * 1024
/** Milliseconds in which the rest must come. */
const tail = 500
