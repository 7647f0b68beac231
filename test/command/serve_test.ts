import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { run, Running } from "./zerowire.ts"

const options = { timeout: 60_000 }
const folder = mkdtempSync(join(tmpdir(), "zerowire-"))
after(() => rmSync(folder, { recursive: true }))
const contents = randomBytes(3_000_000)
writeFileSync(join(folder, "a.bin"), contents)
writeFileSync(join(folder, ".hidden"), "secret")
const largeBytes = 64_000_000
writeFileSync(join(folder, "large"), "")
truncateSync(join(folder, "large"), largeBytes)
mkdirSync(join(folder, "below"))

test("a folder is served, logged, and listed on request", options, async () => {
  await using server = new Running(["serve", folder, "-p", "127.0.0.1:0", "--listing"])
  const url = `http://127.0.0.1:${await server.port()}`
  const file = await fetch(`${url}/a.bin`)
  assert.ok(Buffer.from(await file.arrayBuffer()).equals(contents))
  assert.match(await (await fetch(`${url}/`)).text(), /<a href="\.\/a\.bin">/)
  for (const path of [".hidden", "missing"]) {
    const { status, body } = await fetch(`${url}/${path}`)
    await body?.cancel()
    assert.equal(status, 404)
  }
  server.signal("SIGINT")
  assert.equal(await server.ended, 0, server.said)
  const lines = server.printed.trimEnd().split("\n").map((line) => line.split(" ").slice(1, 5))
  assert.deepEqual(lines, [
    ["127.0.0.1", "GET", "/a.bin", "200"],
    ["127.0.0.1", "GET", "/", "200"],
    ["127.0.0.1", "GET", "/.hidden", "404"],
    ["127.0.0.1", "GET", "/missing", "404"],
  ])
})

test("the log can be JSON, and the folder's options reach the handler", options, async () => {
  const flags = ["--json", "--dotfiles", "--cache-control", "max-age=5"]
  await using server = new Running(["serve", folder, "-p", "127.0.0.1:0", ...flags])
  const answer = await fetch(`http://127.0.0.1:${await server.port()}/.hidden`)
  assert.equal(await answer.text(), "secret")
  assert.equal(answer.headers.get("cache-control"), "max-age=5")
  server.signal("SIGTERM")
  assert.equal(await server.ended, 0, server.said)
  const { time, client, method, path, status, bytes } = JSON.parse(server.printed)
  assert.deepEqual({ client, method, path, status }, {
    client: "127.0.0.1",
    method: "GET",
    path: "/.hidden",
    status: 200,
  })
  assert.ok(bytes > "secret".length && Date.parse(time) > 0)
})

test("an interrupt lets a response under way end", options, async () => {
  await using server = new Running(["serve", folder, "-p", "127.0.0.1:0", "--json"])
  const client = connect({ port: await server.port(), host: "127.0.0.1" })
  client.write("GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
  let received = 0
  for await (const part of client) {
    // The rest is sent after the interrupt.
    if (received === 0) server.signal("SIGINT")
    received += part.byteLength
  }
  assert.ok(received > largeBytes)
  assert.equal(await server.ended, 0)
})

test("what is not a folder is refused, and a port that is taken", options, async () => {
  const missing = run("serve", join(folder, "missing"))
  assert.deepEqual([missing.status, missing.stdout], [1, ""])
  assert.match(missing.stderr, /^zerowire: Cannot serve .*missing: ENOENT\. .*\n$/)
  const file = run("serve", join(folder, "a.bin"))
  assert.match(file.stderr, /^zerowire: .*a\.bin is not a folder\n$/)
  await using server = new Running(["serve", folder, "-p", "127.0.0.1:0"])
  const second = run("serve", folder, "-p", `127.0.0.1:${await server.port()}`)
  assert.equal(second.status, 1)
  assert.match(second.stderr, /^zerowire: .*EADDRINUSE.*\n$/)
})

test("--help shows the defaults as they are typed", options, () => {
  const { stdout } = run("serve", "--help")
  assert.match(stdout, /\(default: 8000\)/)
  assert.doesNotMatch(stdout, /\{/)
})

for (const args of [["--port", "x"], ["--connections", "0"], ["--deadline", ""], [".", "b"]]) {
  test(`a wrong command line ends with status 2: serve ${args.join(" ")}`, options, () => {
    const { status, stdout, stderr } = run("serve", ...args)
    assert.deepEqual([status, stdout], [2, ""])
    assert.match(stderr, /error:/)
  })
}
