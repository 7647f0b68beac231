import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"

/**
 * A folder that is removed at the end of the block that declares it with `using`, and at the latest when the
 * process exits. A signal that nobody handles leaves it behind.
 */
export class TemporaryFolder implements Disposable {
  readonly path: string

  constructor(prefix: string, parent: string = tmpdir()) {
    this.path = mkdtempSync(join(parent, prefix))
    if (open.size === 0) process.on("exit", removeAll)
    open.add(this.path)
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true })
    open.delete(this.path)
    if (open.size === 0) process.off("exit", removeAll)
  }
}

function removeAll(): void {
  for (const path of open) {
    try {
      rmSync(path, { recursive: true, force: true })
    } catch {
      // A process that was just killed may still be writing there.
    }
  }
}

const open = new Set<string>()
