import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { once } from "node:events"
import { type AddressInfo, connect, createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, describe, test } from "node:test"
import { run, Running } from "./zerowire.ts"

const options = { timeout: 60_000 }
const folder = mkdtempSync(join(tmpdir(), "zerowire-"))
after(() => rmSync(folder, { recursive: true }))
const contents = randomBytes(5_000_000)
const path = join(folder, "sent")
writeFileSync(path, contents)

test("--version prints the version of package.json", options, () => {
  const { stdout, status } = run("--version")
  const { version } = JSON.parse(readFileSync("package.json", "utf8"))
  assert.deepEqual([stdout, status], [`${version}\n`, 0])
})

for (
  const name of [
    "",
    "doctor",
    "serve",
    "calibrate",
    "bench",
    "send",
    "receive",
    "relay",
    "completion",
  ]
) {
  test(`${name} --help explains itself, and does nothing else`, options, () => {
    const before = readdirSync(folder)
    // Otherwise these would be sent, listened on, and written to.
    const others = { send: [path, "127.0.0.1:9"], receive: ["0", join(folder, "new")] }
    const args = others[name as keyof typeof others] ?? []
    const { stdout, stderr, status } = run(...[name].filter(Boolean), ...args, "--help")
    assert.match(stdout, new RegExp(`^Usage: zerowire ${name}`))
    assert.deepEqual([stderr, status], ["", 0])
    assert.deepEqual(readdirSync(folder), before)
  })
}

describe("a wrong command line", options, () => {
  for (
    const args of [
      [],
      ["sned"],
      ["send"],
      ["send", path],
      ["send", path, "127.0.0.1"],
      ["send", path, "127.0.0.1:0"],
      ["send", path, "127.0.0.1:70000"],
      ["send", path, "::1"],
      ["receive", "nine"],
      ["receive", "9", "a", "b"],
      ["relay", "0"],
      ["bench", "127.0.0.1"],
      ["bench", "--rounds", "0"],
      ["relay", "0", "127.0.0.1:9", "--fast"],
    ]
  ) {
    test(`ends with status 2: ${args.join(" ").replace(path, "FILE")}`, options, () => {
      const { stdout, stderr, status } = run(...args)
      assert.equal(status, 2)
      assert.equal(stdout, "")
      assert.match(stderr, /error:|Usage:/)
    })
  }

  test("of the doctor ends with status 3, as it found nothing out", options, () => {
    assert.equal(run("doctor", "--fast").status, 3)
    assert.equal(run("doctor", "127.0.0.1", "--send", "1MiB").status, 3)
    assert.equal(run("doctor", "127.0.0.1:9", "--send", "much").status, 3)
  })
})

test("what is sent is received, from a file and from standard input", options, async () => {
  for (const way of [path, "-"]) {
    const received = join(folder, "received")
    await using receiver = new Running(["receive", "127.0.0.1:0", received])
    await using sender = new Running(["send", way, `127.0.0.1:${await receiver.port()}`])
    sender.child.stdin?.end(way === "-" ? contents : "")
    assert.equal(await sender.ended, 0, sender.said)
    assert.equal(await receiver.ended, 0, receiver.said)
    assert.ok(readFileSync(received).equals(contents))
    assert.match(sender.said, /^Sent 5000000 bytes, \d+ MB\/s\n$/)
  }
})

test("without a file it is received on standard output", options, async () => {
  await using receiver = new Running(["receive", "[::1]:0"])
  const parts: Uint8Array[] = []
  receiver.child.stdout?.on("data", (part: Uint8Array) => parts.push(part))
  await using sender = new Running(["send", "--quiet", path, `[::1]:${await receiver.port()}`])
  assert.deepEqual([await sender.ended, await receiver.ended], [0, 0])
  assert.ok(Buffer.concat(parts).equals(contents))
  assert.equal(sender.said, "")
})

test("a receiver whose output nobody reads says so, and the sender fails", options, async () => {
  await using receiver = new Running(["receive", "127.0.0.1:0"])
  await using sender = new Running(["send", "-", `127.0.0.1:${await receiver.port()}`])
  receiver.child.stdout?.destroy()
  sender.child.stdin?.on("error", () => {}).write(contents)
  assert.equal(await receiver.ended, 1)
  assert.match(receiver.said, /^Listening.*\nzerowire: .*EPIPE.*\n$/)
  assert.equal(await sender.ended, 1)
})

for (const [signal, status] of [["SIGINT", 130], ["SIGKILL", "SIGKILL"]] as const) {
  test(`a sender that ends by ${signal} is not taken for one that is done`, options, async () => {
    const part = join(folder, "part")
    rmSync(part, { force: true })
    await using receiver = new Running(["receive", "127.0.0.1:0", part])
    await using sender = new Running(["send", "-", `127.0.0.1:${await receiver.port()}`])
    sender.child.stdin?.write(contents)
    while (bytesIn(part) < contents.byteLength) await pause()
    sender.signal(signal)
    assert.equal(await sender.ended, status)
    assert.equal(await receiver.ended, 1)
    assert.match(receiver.said, /zerowire: .*ECONNRESET/)
  })
}

test("a receiver that is not there is an error with the reason", options, () => {
  const { status, stderr } = run("send", path, "127.0.0.1:1")
  assert.equal(status, 1)
  assert.match(stderr, /^zerowire: .*ECONNREFUSED/)
})

test("a file that is not there is an error, and the peer is told", options, async () => {
  await using receiver = new Running(["receive", "127.0.0.1:0", join(folder, "none")])
  const { status, stderr } = run(
    "send",
    join(folder, "missing"),
    `127.0.0.1:${await receiver.port()}`,
  )
  assert.equal(status, 1)
  assert.match(stderr, /^zerowire: .*ENOENT/)
  assert.equal(await receiver.ended, 1)
})

test("a file that cannot be written is refused before anybody can connect", options, () => {
  for (const file of [folder, join(folder, "none", "file")]) {
    const { status, stderr } = run("receive", "127.0.0.1:0", file)
    assert.equal(status, 1)
    assert.match(stderr, /^zerowire: Cannot write to .*\n$/)
  }
})

test("--keep takes one connection after another until it is interrupted", options, async () => {
  const received = join(folder, "kept")
  await using receiver = new Running(["receive", "--keep", "127.0.0.1:0", received])
  const to = `127.0.0.1:${await receiver.port()}`
  for (let i = 0; i < 2; i++) {
    rmSync(received, { force: true })
    assert.equal(run("send", path, to).status, 0)
  }
  receiver.signal("SIGINT")
  assert.notEqual(await receiver.ended, 0)
  assert.ok(readFileSync(received).equals(contents))
})

describe("relay", options, () => {
  test("passes bytes on in both directions, for several connections", options, async () => {
    const echo = createServer((peer) => peer.pipe(peer))
    echo.listen(0, "127.0.0.1")
    await once(echo, "listening")
    const { port } = echo.address() as AddressInfo
    await using relay = new Running(["relay", "127.0.0.1:0", `127.0.0.1:${port}`])
    const relayPort = await relay.port()
    for (let i = 0; i < 2; i++) assert.ok((await echoed(relayPort, contents)).equals(contents))
    relay.signal("SIGTERM")
    assert.equal(await relay.ended, 143)
    echo.close()
  })

  test("that is killed is not taken for a client that is done", options, async () => {
    const part = join(folder, "relayed")
    await using receiver = new Running(["receive", "127.0.0.1:0", part])
    await using relay = new Running([
      ...["relay", "127.0.0.1:0", `127.0.0.1:${await receiver.port()}`],
    ])
    const client = connect({ port: await relay.port(), host: "127.0.0.1" })
    const ended = new Promise((resolve) => client.once("close", resolve))
    client.on("error", () => {}).write(contents)
    while (bytesIn(part) < contents.byteLength) await pause()
    relay.signal("SIGKILL")
    assert.equal(await receiver.ended, 1)
    assert.match(receiver.said, /zerowire: .*ECONNRESET/)
    await ended
  })

  test("goes on when a target cannot be reached", options, async () => {
    await using relay = new Running(["relay", "127.0.0.1:0", "127.0.0.1:1"])
    const relayPort = await relay.port()
    for (let i = 0; i < 2; i++) assert.equal(await endOf(relayPort), "reset")
    relay.signal("SIGINT")
    assert.equal(await relay.ended, 130)
    assert.match(relay.said, /zerowire: .*ECONNREFUSED/)
  })
})

/** What comes back from a port. */
async function echoed(port: number, sent: Uint8Array): Promise<Buffer> {
  const peer = connect({ port, host: "127.0.0.1" })
  peer.end(sent)
  const parts: Uint8Array[] = []
  for await (const part of peer) parts.push(part)
  return Buffer.concat(parts)
}

/** How a connection to a port ends. It sends nothing: a failed write would take the reset from the read. */
const endOf = (port: number): Promise<"fin" | "reset"> =>
  new Promise((resolve) => {
    const peer = connect({ port, host: "127.0.0.1" }).resume()
    peer.once("end", () => resolve("fin")).once("error", () => resolve("reset"))
  })

const bytesIn = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0
const pause = () => new Promise((resolve) => setTimeout(resolve, 10))
