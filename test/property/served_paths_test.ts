import assert from "node:assert/strict"
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { after, test } from "node:test"
import fc from "fast-check"
import { fileHandler } from "../../src/http.ts"
import { TemporaryFolder } from "../../tools/temporary_folder.ts"

const temporary = new TemporaryFolder("zerowire-paths-")
after(() => temporary[Symbol.dispose]())
const root = join(temporary.path, "root")
const withoutLinks = join(temporary.path, "other", "root")

const inside = ["a.txt", "sub/a.txt", "sub/deep/a.txt", ".dot/a.txt", "back\\slash", "%2e%2e"]
const outside = ["a.txt", "secret", "sub/secret", "root-too/secret", "root.txt"]
for (const name of inside) {
  write(join(root, name), "inside")
  write(join(withoutLinks, name), "inside")
}
for (const name of outside) {
  write(join(temporary.path, name), "outside")
  write(join(withoutLinks, "..", name), "outside")
}
symlinkSync("../..", join(root, "sub/up"))
symlinkSync(temporary.path, join(root, "out"))
symlinkSync("../secret", join(root, "secret"))
symlinkSync("/", join(root, "sub/deep/all"))
symlinkSync("..", join(root, "sub/deep/sub"))

const words = fc.constantFrom(
  ...["a.txt", "sub", "deep", "secret", "root", "root-too", "root.txt", "up", "out", "all", "proc"],
  ...["..", ".", "", "%2e%2e", "%2E.", ".%2e", "%252e%252e", "...", ".dot", "%00", "%", "%zz", "~"],
  ...["%2f", "%5c", "\\", "/", "%c0%ae%c0%ae", "%c0%af", "%ef%bc%8f", "..%2f", "%2f..", "..%5c"],
  ...["..;", "%09..", "%0a", "?", "#", ":", "@", "%u002e", "index.html", "self", "cwd", "fd"],
)
const segment = fc.array(words, { minLength: 1, maxLength: 3 }).map((words) => words.join(""))
const paths = fc.oneof(
  fc.array(segment, { maxLength: 8 }).map((segments) => `/${segments.join("/")}`),
  fc.string({ unit: "binary" }).map((text) => `/${text}`),
  fc.webUrl({ withQueryParameters: true }).map((url) => `/${url}`),
)

/** Those that anybody tries first. */
const waysOut: [string][] = [
  ["/../secret"],
  ["/..%2fsecret"],
  ["/%2e%2e/secret"],
  ["/%2e%2e%2fsecret"],
  ["/sub/..%2f..%2fsecret"],
  ["/..%5csecret"],
  ["/out/secret"],
  ["/secret"],
]

for (
  const [folder, symlinks] of [
    [root, "inside"],
    [root, "refuse"],
    // Nothing is checked after the path was decoded.
    [withoutLinks, "follow"],
  ] as const
) {
  test(`no path leads out of the root (symlinks: ${symlinks})`, { timeout: 60_000 }, async () => {
    const options = { symlinks, dotfiles: true, index: "a.txt", listing: true, precompressed: true }
    const handle = fileHandler(folder, options)
    const ask = async (path: string) => {
      const url = `http://localhost${path}`
      if (!URL.canParse(url)) return 400
      const response = await handle({ method: "GET", url, headers: new Headers() })
      const text = await response.text()
      const location = response.headers.get("location")
      if (location !== null) assert.equal(new URL(location, url).host, "localhost")
      if (response.status !== 200) return response.status
      if (text.startsWith("<!doctype html>")) assert.doesNotMatch(text, />(root|root-too|proc)\/</)
      else assert.equal(text, "inside")
      return 200
    }
    // Otherwise a handler that finds nothing would pass.
    assert.equal(await ask("/sub/deep/a.txt"), 200)
    await fc.assert(
      fc.asyncProperty(paths, async (path) => {
        assert.ok([200, 301, 400, 403, 404].includes(await ask(path)))
      }),
      { numRuns: 1500, examples: waysOut },
    )
  })
}

function write(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
}
