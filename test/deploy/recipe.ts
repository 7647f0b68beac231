import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { once } from "node:events"
import { createServer } from "node:net"

/** A folder for copies of recipes. It is removed at the end of its block. */
export class RecipeFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "zw-"))
  readonly certificate: string = this.file("cert.pem")
  readonly key: string = this.file("key.pem")

  /** Makes the certificate, for `example.com`, and its key. */
  certify(): void {
    const subject = ["-subj", "/CN=example.com", "-addext", "subjectAltName=DNS:example.com"]
    const files = ["-keyout", this.key, "-out", this.certificate]
    execFileSync(
      "openssl",
      ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...subject, ...files],
      { stdio: "ignore" },
    )
  }

  file(name: string): string {
    return join(this.path, name)
  }

  /**
   * A copy of a file of `deploy` in which each key of `changes` stands as its value: paths and ports of this
   * machine. Returns its path.
   *
   * @throws {Error} if the recipe does not have one of them any more.
   */
  copy(recipe: string, changes: Readonly<Record<string, string>>): string {
    let text = readFileSync(new URL(`../../deploy/${recipe}`, import.meta.url), "utf8")
    for (const [from, to] of Object.entries(changes)) {
      if (!text.includes(from)) throw new Error(`deploy/${recipe} does not have "${from}"`)
      text = text.replaceAll(from, to)
    }
    const path = this.file(recipe.split("/").at(-1) ?? recipe)
    writeFileSync(path, text)
    return path
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, "close")
  return port
}
