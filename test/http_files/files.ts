/**
 * The folder that nginx and Zerowire serve in these tests.
 *
 * @module
 */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { pattern } from "../plain_peer.ts"

/** A folder of files whose times are known. Disposing of it removes it. */
export class ServedFolder implements Disposable {
  readonly path: string = mkdtempSync(join(tmpdir(), "zerowire-http-files-"))
  readonly root: string = join(this.path, "root")

  constructor() {
    for (const [name, content] of Object.entries(served)) this.write(join("root", name), content)
    this.write("outside.txt", "a secret")
    mkdirSync(join(this.root, "bare"))
  }

  /** Writes a file that was last changed on 9 September 2001. */
  write(name: string, content: string | Uint8Array): void {
    const path = join(this.path, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
    utimesSync(path, modifiedSeconds, modifiedSeconds)
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true })
  }
}

const modifiedSeconds = 1_000_000_000

/** What the files contain. */
const served: Readonly<Record<string, string | Uint8Array>> = {
  "digits.txt": "0123456789",
  "large.bin": pattern(300_000),
  "empty.txt": "",
  "index.html": "<h1>the root</h1>",
  "sub/index.html": "<h1>a folder</h1>",
  "page.html": "<h1>a page that is long enough to be compressed</h1>",
  "page.html.gz": "this stands for a compressed page",
  "with space.txt": "a space",
  "ünïcode.txt": "an umlaut",
  "a%41.txt": "a percent sign",
  "plus+&=.txt": "signs",
  ".hidden": "hidden",
  ".folder/file.txt": "hidden",
  "large": "without an ending",
}
