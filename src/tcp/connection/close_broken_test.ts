import { after, test } from "node:test"
import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { failureOf } from "../../../test/failure.ts"
import { giveFiles, openedBefore, runWithFiles } from "../../../test/simulated_files.ts"
import { errno } from "../../kernel/port.ts"
import { simulate } from "../../testing.ts"

const folder = mkdtempSync(join(tmpdir(), "zerowire-close-"))
after(() => rmSync(folder, { recursive: true }))
const path = join(folder, "file")
writeFileSync(path, new Uint8Array(10_000))

test("close fails if the disk fails when it sends what is left", async () => {
  const simulation = simulate()
  giveFiles(simulation.kernel)
  simulation.kernel.sendFile = () => -errno.EIO
  using _ = await openedBefore(path, 1)
  const peer = simulation.peer()
  await runWithFiles(simulation, async () => {
    const socket = await simulation.connect(peer)
    const sent = failureOf(socket.sendFile(path))
    while (socket.stats().queuedBytes === 0) await Promise.resolve()
    const { reason } = await failureOf(socket.close())
    assert.equal(reason._tag, "Aborted")
    assert.equal((await sent).reason._tag, "FileFailed")
    await simulation.sleep(100)
    assert.equal(peer.connection.ended, false)
  })
})
