import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** A folder that is removed at the end of the block that declares it with `using`. */
export class TemporaryFolder implements Disposable {
  readonly path: string

  constructor(prefix: string, parent: string = tmpdir()) {
    this.path = mkdtempSync(join(parent, prefix))
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true })
  }
}
