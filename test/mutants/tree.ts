import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { type Edit, edited } from "./mutant.ts"

/** A copy of the project in a folder of its own, which may be broken. */
export class Tree implements Disposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), "zerowire-mutants-"))

  constructor() {
    process.once("exit", this.#remove)
    for (const name of copied) {
      cpSync(join(root, name), join(this.folder, name), {
        recursive: true,
        filter: (path) => !path.endsWith("/node_modules"),
      })
    }
    symlinkSync(join(root, "node_modules"), join(this.folder, "node_modules"))
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), "utf8")
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.folder, file), text)
  }

  /**
   * Runs `body` with the edits made, then takes them back.
   *
   * @throws {Error} when an edit does not fit.
   */
  async withEdits<T>(edits: readonly Edit[], body: () => Promise<T>): Promise<T> {
    const before = new Map(edits.map(({ file }) => [file, this.read(file)]))
    try {
      for (const edit of edits) this.write(edit.file, edited(this.read(edit.file), edit))
      return await body()
    } finally {
      for (const [file, text] of before) this.write(file, text)
    }
  }

  [Symbol.dispose](): void {
    process.off("exit", this.#remove)
    this.#remove()
  }

  readonly #remove = (): void => rmSync(this.folder, { recursive: true })
}

const root = fileURLToPath(new URL("../..", import.meta.url))

/** What the code and its tests need. */
const copied = [
  ...["ffi", "src", "lab", "demo", "test", "tools", ".ci"],
  ...["package.json", "deno.json", "bunfig.toml", "tsconfig.json"],
]
