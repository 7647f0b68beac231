import assert from "node:assert/strict"
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { pattern } from "../../../test/plain_peer.ts"
import { giveFiles, openedBefore, runWithFiles } from "../../../test/simulated_files.ts"
import { simulate } from "../../testing.ts"
import { OpenFile } from "../transfer/open_file.ts"
import { sendFile } from "../transfer/of_socket.ts"

const folder = mkdtempSync(join(tmpdir(), "zerowire-timeouts-"))
after(() => rmSync(folder, { recursive: true }))
const path = join(folder, "file")
writeFileSync(path, new Uint8Array(100_000))

for (const when of ["before close", "during close"] as const) {
  test(`a disk that takes longer than a timeout ${when} is not the peer's fault`, async () => {
    await sendFromSlowDisk(1000, when)
  })
}

test("a close whose timeout is 0 does not spin while a disk is read", async () => {
  await sendFromSlowDisk(0, "during close")
})

/** Sends from a disk that takes three seconds, on a socket whose other timeouts are a second. */
async function sendFromSlowDisk(
  closeTimeout: number,
  when: "before close" | "during close",
): Promise<void> {
  const simulation = simulate()
  giveFiles(simulation.kernel)
  simulation.kernel.cachedPages = () => 0
  using _ = await openedBefore(path, 1)
  const { read } = OpenFile.prototype
  const fd = openSync(path, "r")
  OpenFile.prototype.read = async (view, offset) => {
    await simulation.sleep(3000)
    return readSync(fd, view, 0, view.byteLength, offset)
  }
  const peer = simulation.peer()
  try {
    await runWithFiles(simulation, async () => {
      const socket = await simulation.connect({ ...peer, writeTimeout: 1000, closeTimeout })
      await socket.writable.getWriter().write(pattern(10))
      const sent = sendFile(socket, path, { end: 100_000 })
      // The bytes before it may be queued already.
      while (socket.stats().queuedBytes < 100_000) await simulation.sleep(1)
      if (when === "before close") assert.equal(await sent, 100_000)
      await socket.close()
      assert.equal(await sent, 100_000)
      assert.equal(peer.connection.receivedBytes, 100_010)
    })
  } finally {
    OpenFile.prototype.read = read
    closeSync(fd)
  }
}
