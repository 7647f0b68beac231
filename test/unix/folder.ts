import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** A folder for socket files, which is removed at the end of its block. */
export class SocketFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "zw-"))

  /** A path of this folder, with exactly `bytes` bytes if there is such a number. */
  file(name = "s", bytes?: number): string {
    const path = join(this.path, name)
    return bytes === undefined ? path : path + "x".repeat(bytes - path.length)
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true })
  }
}
