import assert from "node:assert/strict"
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { existsSync } from "node:fs"
import { tmpdir } from "node:os"
import process from "node:process"
import { createInterface } from "node:readline"
import { after, describe, test } from "node:test"
import { fileURLToPath } from "node:url"
import { labObstacle } from "./lab.ts"

const skip = labObstacle() ?? false
const options = { skip, timeout: 60_000 }

describe("npm run lab", options, () => {
  test("runs a command in A, whose output and status are its own", options, () => {
    const { stdout, status } = lab("--", "sh", "-c", "ip -oneline -4 address; exit 7")
    assert.match(stdout, /inet 192\.0\.2\.1\/24/)
    assert.doesNotMatch(stdout, /nsenter/)
    assert.equal(status, 7)
  })

  test("creates the requested link", options, () => {
    const show = ["--", "ip", "-oneline", "link", "show"]
    assert.match(lab("--mtu", "9000", "--kind", "veth", ...show).stdout, /mtu 9000/)
    assert.match(lab(...show).stdout, /mtu 1500/)
  })

  test("loses the requested share of packets", options, () => {
    const dialAndLook = ["--", "sh", "-c", '"$0" -e "$1"; ip neighbour', bun, dial]
    assert.match(lab(...dialAndLook).stdout, /192\.0\.2\.2 .*lladdr/)
    // Not even B's hardware address is found.
    assert.match(lab("--drop", "1024", ...dialAndLook).stdout, /192\.0\.2\.2 .*FAILED/)
  })

  test("stays open until standard input ends, and prints how to enter", options, async () => {
    const child = spawn(bun, [program], { stdio: ["pipe", "pipe", "inherit"] })
    const ended = once(child, "close")
    after(async () => {
      child.kill("SIGKILL")
      await ended
    })
    const said: string[] = []
    for await (const line of createInterface(child.stdout)) {
      said.push(line)
      if (said.length === 5) break
    }
    const enter = said.filter((line) => line.includes("nsenter")).map((line) => line.trim())
    const addresses = enter.map((line) => {
      const [command, ...args] = [...line.split(" "), "ip", "-oneline", "-4", "address"]
      return spawnSync(command, args, { encoding: "utf8" }).stdout.match(/192\.0\.2\.\d/)?.[0]
    })
    assert.deepEqual(addresses, ["192.0.2.1", "192.0.2.2"])
    child.stdin.end()
    assert.deepEqual(await ended, [0, null])
    for (const line of enter) assert.ok(!existsSync(line.replace(/^.*=/, "")), line)
  })
})

describe("npm run lab refuses", () => {
  const cases = [
    { args: ["--mtu", "12"], says: /from 1280 to 65535/ },
    { args: ["--drop", "2000"], says: /from 0 to 1024/ },
    { args: ["--kind", "veth", "--drop", "1"], says: /cannot drop packets/ },
    { args: ["--no-such"], says: /unknown option/ },
  ]
  for (const { args, says } of cases) {
    test(args.join(" "), () => {
      const { status, stderr } = lab(...args)
      assert.match(stderr, says)
      assert.equal(status, 2)
    })
  }

  test("users who may not create namespaces", () => {
    // Another user, who may read everything, wherever this project lies.
    const user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    const reading = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search", "--"]
    const asRoot = process.geteuid?.() === 0
    const [command, ...args] = [...(asRoot ? [...user, ...reading] : []), bun, program]
    const env = { ...process.env, HOME: tmpdir() }
    const { status, stderr } = spawnSync(command, args, { encoding: "utf8", env })
    assert.match(stderr, /the lab needs root/)
    assert.equal(status, 1)
  })
})

const lab = (...args: readonly string[]) => spawnSync(bun, [program, ...args], { encoding: "utf8" })

const bun = fileURLToPath(new URL("../node_modules/bun/bin/bun.exe", import.meta.url))
const program = fileURLToPath(new URL("main.ts", import.meta.url))

/** Tries to reach B, and ends when that has failed. */
const dial = `require("node:net").connect(9, "192.0.2.2").on("error", () => {})`
