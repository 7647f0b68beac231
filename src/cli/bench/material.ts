import { mkdtempSync, rmSync } from "node:fs"
import { open, statfs } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** What every way sends: a file, and memory that stays. The file is removed at the end of its block. */
export class Material implements Disposable {
  readonly bytes: number
  readonly file: string
  readonly #folder: string
  /** More than a processor's cache has, as a store of files or of models in memory. */
  readonly #memory: Uint8Array<ArrayBuffer> = new Uint8Array(64 * 1024 * 1024)

  /** Makes a folder for the file, which `write` writes. */
  constructor(bytes: number) {
    this.bytes = bytes
    // Memory without contents is one page of zeros for all, which stays in the cache.
    this.#memory.fill(1)
    this.#folder = mkdtempSync(join(tmpdir(), "zerowire-sent-"))
    this.file = join(this.#folder, "file")
  }

  /**
   * Writes the file. In between, signals are heard.
   *
   * @throws {Error} if there is no room for it; nothing is written then.
   */
  async write(): Promise<void> {
    const { bavail, bsize } = await statfs(this.#folder)
    if (bavail * bsize < this.bytes) {
      throw new Error(
        `Cannot write ${this.bytes} bytes to ${this.#folder}, where ${
          bavail * bsize
        } are free: give ` +
          "fewer --bytes, or set TMPDIR to a folder with more room",
      )
    }
    const file = await open(this.file, "wx")
    try {
      for (let written = 0; written < this.bytes;) {
        const left = Math.min(this.#memory.byteLength, this.bytes - written)
        written += (await file.write(this.#memory, 0, left)).bytesWritten
      }
    } finally {
      await file.close()
    }
  }

  /** The memory as a stream of views, again and again until that is all. */
  stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    let sent = 0
    return new ReadableStream({
      pull: (controller) => {
        if (sent >= this.bytes) return controller.close()
        const length = Math.min(chunkBytes, this.bytes - sent)
        controller.enqueue(
          new Uint8Array(this.#memory.buffer, sent % this.#memory.byteLength, length),
        )
        sent += length
      },
    }, { highWaterMark: 0 })
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** The chunks of files in the runtimes' own streams have about this size. It divides the memory. */
export const chunkBytes = 64 * 1024
