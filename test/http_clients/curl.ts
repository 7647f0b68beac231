import assert from "node:assert/strict"
import { readFileSync, writeFileSync } from "node:fs"
import { sha256 } from "../plain_peer.ts"
import { type Client, run, type Scene } from "./scene.ts"

type Check = (scene: Scene) => Promise<void>

const curl = async (args: readonly string[], input?: Uint8Array) =>
  await run("curl", ["--silent", "--show-error", "--max-time", "60", ...args], input)
const same = (a: Uint8Array, b: Uint8Array): void =>
  assert.ok(Buffer.compare(a, b) === 0, `${a.byteLength} bytes differ from ${b.byteLength}`)

const checks: Readonly<Record<string, Check>> = {
  "a file": async (scene) => same((await curl([scene.url("/files/film.bin")])).stdout, scene.film),
  "a cached body": async (scene) => same((await curl([scene.url("/cached")])).stdout, scene.film),
  "a stream in chunks": async (scene) => {
    const { stdout, stderr } = await curl(["--verbose", scene.url("/stream")])
    same(stdout, scene.page)
    assert.match(stderr, /< transfer-encoding: chunked/)
  },
  "a stream over HTTP/1.0": async (scene) =>
    same((await curl(["--http1.0", scene.url("/stream")])).stdout, scene.page),
  "a range": async (scene) => {
    const { stdout } = await curl(["--range", "1000-1999999", scene.url("/files/film.bin")])
    same(stdout, scene.film.subarray(1000, 2_000_000))
  },
  "two ranges": async (scene) => {
    const { stdout } = await curl(["--range", "0-9,1000-1009", scene.url("/files/film.bin")])
    assert.ok(stdout.includes(scene.film.subarray(0, 10)))
    assert.ok(stdout.includes(scene.film.subarray(1000, 1010)))
    assert.match(stdout.toString("latin1"), /content-range: bytes 1000-1009\/8000001/i)
  },
  "resuming a download": async (scene) => {
    const path = scene.at("half.bin")
    writeFileSync(path, scene.film.subarray(0, 3_000_000))
    await curl(["--continue-at", "-", "--output", path, scene.url("/files/film.bin")])
    same(readFileSync(path), scene.film)
  },
  "a head": async (scene) => {
    const { stdout } = await curl(["--head", scene.url("/files/film.bin")])
    assert.match(stdout.toString(), /^HTTP\/1\.1 200 OK\r\n[^]*content-length: 8000001\r\n/i)
  },
  "a file that has not changed": async (scene) => {
    const tag = scene.at("tag")
    await curl(["--etag-save", tag, "--output", "/dev/null", scene.url("/files/page.html")])
    const asked = ["--etag-compare", tag, "--write-out", "%{http_code}"]
    const { stdout } = await curl([...asked, scene.url("/files/page.html")])
    assert.equal(stdout.toString(), "304")
  },
  "an upload": async (scene) => {
    const { stdout } = await curl(["--upload-file", scene.at("film.bin"), scene.url("/upload")])
    assert.equal(stdout.toString(), sha256(scene.film))
  },
  "an upload in chunks": async (scene) => {
    const { stdout, stderr } = await curl(
      ["--verbose", "--upload-file", "-", scene.url("/upload")],
      scene.film,
    )
    assert.equal(stdout.toString(), sha256(scene.film))
    assert.match(stderr, /> Transfer-Encoding: chunked/)
  },
  "100-continue": async (scene) => {
    const asked = ["--verbose", "--header", "Expect: 100-continue", "--expect100-timeout", "60"]
    const path = scene.at("film.bin")
    const { stdout, stderr } = await curl([...asked, "--upload-file", path, scene.url("/upload")])
    assert.equal(stdout.toString(), sha256(scene.film))
    assert.match(stderr, /< HTTP\/1\.1 100 Continue/)
  },
  "the refusal of an upload that is too long": async (scene) => {
    const path = scene.at("long.bin")
    writeFileSync(path, new Uint8Array(60_000_000))
    const asked = ["--header", "Expect:", "--write-out", "\n%{http_code}", "--upload-file", path]
    const { stdout } = await curl([...asked, scene.url("/upload")])
    assert.match(stdout.toString(), /\n413$/)
  },
  "keep-alive": async (scene) => {
    const { stderr } = await curl(["--verbose", ...new Array(5).fill(scene.url("/hello"))])
    assert.equal(stderr.match(/Re-using existing connection/g)?.length, 4)
  },
}

export const curlClient: Client = {
  name: "curl",
  needs: ["curl", "curl"],
  async run(scene) {
    for (const [name, check] of Object.entries(checks)) {
      await check(scene).catch((failure) => {
        throw new Error(`${name}: ${failure}`)
      })
    }
    return Object.keys(checks).join(", ")
  },
}
