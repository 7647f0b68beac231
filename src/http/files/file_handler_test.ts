import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { pathToFileURL } from "node:url"
import { descriptors } from "../../../test/descriptors.ts"
import { fileHandler, type FileHandlerOptions } from "./mod.ts"

const folder = mkdtempSync(join(tmpdir(), "zerowire-handler-"))
after(() => rmSync(folder, { recursive: true }))

const root = join(folder, "root")
const files = {
  "root/a.txt": "a",
  "root/sub/b.txt": "b",
  "root/.dot": "dot",
  "root/.well/c.txt": "c",
  "outside/secret.txt": "a secret",
  "root-too/secret.txt": "a secret",
}
for (const [name, content] of Object.entries(files)) {
  const path = join(folder, name)
  mkdirSync(join(path, ".."), { recursive: true })
  writeFileSync(path, content)
}
symlinkSync("a.txt", join(root, "inside"))
symlinkSync(join(root, "sub"), join(root, "inside-folder"))
symlinkSync("../outside/secret.txt", join(root, "out"))
symlinkSync(join(folder, "outside"), join(root, "out-folder"))
symlinkSync("../root-too", join(root, "out-like"))
symlinkSync("circle", join(root, "circle"))

test("symbolic links are followed inside of the root, or anywhere, or not at all", async () => {
  const paths = ["/a.txt", "/inside", "/inside-folder/b.txt", "/out", "/out-folder/secret.txt"]
  for (
    const [symlinks, expected] of [
      [undefined, [200, 200, 200, 404, 404]],
      ["inside", [200, 200, 200, 404, 404]],
      ["follow", [200, 200, 200, 200, 200]],
      ["refuse", [200, 404, 404, 404, 404]],
    ] as const
  ) {
    const options = symlinks === undefined ? {} : { symlinks }
    assert.deepEqual(await Promise.all(paths.map((path) => status(path, options))), expected)
  }
  assert.equal(await status("/out-like/secret.txt"), 404)
  assert.equal(await status("/circle"), 404)
})

test("a folder outside of the root is neither listed nor said to be one", async () => {
  const options = { listing: true }
  assert.equal(await status("/out-folder", options), 404)
  assert.equal(await status("/out-folder/", options), 404)
  assert.equal(await status("/inside-folder/", options), 200)
  assert.equal(await status("/inside-folder/", { ...options, symlinks: "refuse" }), 404)
})

test("the root may be a link, which may be set to another folder", async () => {
  const current = join(folder, "current")
  symlinkSync("root", current)
  for (const symlinks of ["inside", "refuse"] as const) {
    const handle = fileHandler(pathToFileURL(current), { symlinks })
    const bodyOf = async (path: string) =>
      await (await handle(new Request(`http://localhost${path}`))).text()
    assert.equal(await bodyOf("/a.txt"), "a")
    unlinkSync(current)
    symlinkSync("outside", current)
    assert.equal(await bodyOf("/secret.txt"), "a secret")
    unlinkSync(current)
    symlinkSync("root", current)
    assert.equal(await bodyOf("/a.txt"), "a")
  }
})

test("names that begin with a dot are hidden unless asked for", async () => {
  for (const path of ["/.dot", "/.well/c.txt", "/.well", "/.well/", "/%2edot"]) {
    assert.equal(await status(path, { listing: true }), 404)
  }
  assert.equal(await status("/.dot", { dotfiles: true }), 200)
  assert.equal(await status("/.well/c.txt", { dotfiles: true }), 200)
})

test("a listing escapes names, leads to each, and hides what is not served", async () => {
  const listed = join(folder, "listed")
  const names = ["a b", "<script>", "\"quoted\" & 'more'", "a:b", "%41", "10", "9", "ü", "?q#f"]
  mkdirSync(join(listed, "z-folder"), { recursive: true })
  writeFileSync(join(listed, ".hidden"), "")
  for (const name of names) writeFileSync(join(listed, name), name)
  const handle = fileHandler(listed, { listing: true, headers: { "x-more": "yes" } })
  const response = await handle(new Request("http://localhost/"))
  const page = await response.text()
  assert.equal(response.headers.get("x-more"), "yes")
  assert.match(response.headers.get("content-type") ?? "", /^text\/html/)
  assert.doesNotMatch(page, /<script|hidden|href="\.\.\/"/)
  const links = [...page.matchAll(/href="([^"]*)"/g)].map(([, link]) => unescaped(link))
  assert.equal(links[0], "./z-folder/")
  assert.ok(links.indexOf("./9") < links.indexOf("./10"))
  assert.equal(links.length, names.length + 1)
  const bodies = links.slice(1).map(async (link) => {
    const { href } = new URL(link, "http://localhost/")
    return await (await handle(new Request(href))).text()
  })
  assert.deepEqual((await Promise.all(bodies)).sort(), [...names].sort())
  const head = await handle(new Request("http://localhost/", { method: "HEAD" }))
  assert.equal(head.headers.get("content-length"), String(Buffer.byteLength(page)))
  assert.equal(head.body, null)
  assert.equal(await status("/"), 404)
})

test("behind a prefix, files have the rest of the path", async () => {
  for (const prefix of ["/static", "/static/"]) {
    const options = { prefix, listing: true }
    assert.equal(await status("/static/a.txt", options), 200)
    assert.equal(await status("/static/", options), 200)
    assert.equal(await status("/a.txt", options), 404)
    assert.equal(await status("/statically/a.txt", options), 404)
    const redirect = await fileHandler(root, options)(new Request("http://localhost/static?q"))
    assert.equal(redirect.status, 301)
    assert.equal(redirect.headers.get("location"), "./static/?q")
  }
})

test("a redirect stays on its host", async () => {
  const handle = fileHandler(root)
  for (const path of ["//sub", "//evil.test/..//sub", "/%2f%2fsub", "///sub"]) {
    const request = { method: "GET", url: `http://localhost${path}`, headers: new Headers() }
    const location = (await handle(request)).headers.get("location")
    if (location !== null) assert.equal(new URL(location, request.url).host, "localhost")
  }
})

test("other methods are refused with those that there are", async () => {
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "get"]) {
    const request = { method, url: "http://localhost/a.txt", headers: new Headers() }
    const response = await fileHandler(root)(request)
    assert.equal(response.status, 405)
    assert.equal(response.headers.get("allow"), "GET, HEAD")
  }
})

test("Cache-Control and more headers go with files, by their paths if wished", async () => {
  const headersOf = async (path: string, options: FileHandlerOptions, asked = {}) => {
    const request = new Request(`http://localhost${path}`, { headers: asked })
    const response = await fileHandler(root, options)(request)
    await response.body?.cancel()
    return response.headers
  }
  const cacheControl = "public, max-age=60"
  assert.equal((await headersOf("/a.txt", { cacheControl })).get("cache-control"), cacheControl)
  const any = { "if-none-match": "*" }
  assert.equal(
    (await headersOf("/a.txt", { cacheControl }, any)).get("cache-control"),
    cacheControl,
  )
  const past = { range: "bytes=99-" }
  for (const [path, asked] of [["/none", {}], ["/a.txt", past]] as const) {
    assert.equal((await headersOf(path, { cacheControl }, asked)).get("cache-control"), null)
  }
  const byPath: FileHandlerOptions = {
    cacheControl: (path) => path.startsWith("/sub/") ? "no-store" : undefined,
    headers: (path) => path.endsWith("b.txt") ? { "content-type": "text/x-b" } : undefined,
  }
  const b = await headersOf("/sub/b.txt", byPath)
  assert.deepEqual([b.get("cache-control"), b.get("content-type")], ["no-store", "text/x-b"])
  const a = await headersOf("/a.txt", byPath)
  assert.deepEqual([a.get("cache-control"), a.get("content-type")], [
    null,
    "text/plain; charset=utf-8",
  ])
  const everywhere = { headers: { "x-content-type-options": "nosniff" } }
  for (const path of ["/a.txt", "/none", "/sub"]) {
    assert.equal((await headersOf(path, everywhere)).get("x-content-type-options"), "nosniff")
  }
})

test("a name ending in .ts is MPEG transport stream, as nginx says, unless headers say otherwise", async () => {
  const source = (path: string) =>
    path.endsWith(".ts") ? { "content-type": "text/plain; charset=utf-8" } : undefined
  const typeOf = async (options: FileHandlerOptions) => {
    const response = await fileHandler(root, options)(new Request("http://a/sub/module.ts"))
    await response.body?.cancel()
    return response.headers.get("content-type")
  }
  writeFileSync(join(root, "sub/module.ts"), "export {}")
  assert.equal(await typeOf({}), "video/mp2t")
  assert.equal(await typeOf({ headers: source }), "text/plain; charset=utf-8")
})

test("a file is closed if what should say its headers fails", async () => {
  const fails = () => {
    throw new Error("no headers")
  }
  for (const precompressed of [false, true]) {
    for (const options of [{ cacheControl: fails }, { headers: fails }]) {
      const handle = fileHandler(root, { precompressed, ...options })
      await assert.rejects(handle(new Request("http://localhost/a.txt")), /no headers/)
    }
  }
  const path = join(root, "a.txt")
  while (descriptors().some(({ target }) => target === path)) {
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
})

test("a compressed neighbour is chosen by what the client likes, and has a tag of its own", async () => {
  const page = join(root, "page.html")
  writeFileSync(page, "plain")
  for (const ending of ["br", "zst", "gz"]) writeFileSync(`${page}.${ending}`, ending)
  const handle = fileHandler(root, { precompressed: true })
  const tags = new Set<string | null>()
  for (
    const [accepted, body, coding] of [
      ["gzip, deflate, br, zstd", "br", "br"],
      ["gzip, zstd", "zst", "zstd"],
      ["gzip;q=1, br;q=0.9", "gz", "gzip"],
      ["br;q=0, *", "zst", "zstd"],
      ["identity;q=1, br;q=0.1", "plain", null],
      ["br;q=0", "plain", null],
      [undefined, "plain", null],
    ] as const
  ) {
    const headers = new Headers(accepted === undefined ? {} : { "accept-encoding": accepted })
    const response = await handle({ method: "GET", url: "http://localhost/page.html", headers })
    assert.equal(await response.text(), body)
    assert.equal(response.headers.get("content-encoding"), coding)
    assert.equal(response.headers.get("vary"), "Accept-Encoding")
    assert.equal(response.headers.get("content-type"), "text/html; charset=utf-8")
    tags.add(response.headers.get("etag"))
  }
  assert.equal(tags.size, 4)
  unlinkSync(`${page}.br`)
  symlinkSync("../outside/secret.txt", `${page}.br`)
  const headers = new Headers({ "accept-encoding": "br" })
  const response = await handle({ method: "GET", url: "http://localhost/page.html", headers })
  assert.equal(await response.text(), "plain")
})

test("only regular files are served, and opening the others waits for nobody", async () => {
  assert.equal(spawnSync("mkfifo", [join(root, "fifo")]).status, 0)
  symlinkSync("/dev/zero", join(root, "zero"))
  assert.equal(await status("/fifo"), 404)
  assert.equal(await status("/zero", { symlinks: "follow" }), 404)
})

test("a file that nobody may read is forbidden", async () => {
  // Of files in /proc/sys the mode counts for root too (`test_perm` in fs/proc/proc_sysctl.c).
  const handle = fileHandler("/proc/sys/vm")
  assert.equal((await handle(new Request("http://localhost/drop_caches"))).status, 403)
})

test("a root that is no path, and options that there are not, are refused at once", () => {
  assert.throws(() => fileHandler(5 as unknown as string), TypeError)
  assert.throws(() => fileHandler(""), TypeError)
  assert.throws(() => fileHandler(root, { listings: true } as object), /Did you mean "listing"\?/)
  assert.throws(() => fileHandler(root, { symlinks: "never" as "refuse" }), /"refuse"/)
})

async function status(path: string, options: FileHandlerOptions = {}): Promise<number> {
  const response = await fileHandler(root, options)(new Request(`http://localhost${path}`))
  await response.body?.cancel()
  return response.status
}

const unescaped = (text: string): string =>
  text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
