import assert from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { createInterface } from "node:readline"
import { describe, test } from "node:test"
import { fileURLToPath } from "node:url"
import { Lab, labObstacle } from "../../lab/lab.ts"
import { commandOf } from "../command/zerowire.ts"
import { Peer } from "../lab/peer.ts"
import { type Examined, examined, levels } from "./examined.ts"

const skip = labObstacle() ?? false
const options = { skip, timeout: 120_000 }

describe("a user without privileges", options, () => {
  test("who may lock 64 KiB is told so, with the command that raises it", options, () => {
    using user = new User(64 * 1024)
    const report = user.examine()
    assert.deepEqual(levels(report, "zerocopy", "memlock", "memlock-others"), {
      ...{ zerocopy: "good", memlock: "limit", "memlock-others": "good" },
    })
    const { message, cure, details } = report.of("memlock")
    assert.match(message, /64 KiB/)
    assert.match(cure ?? "", /^sudo prlimit --pid \$\$ --memlock=/)
    assert.equal(details?.bytes, 64 * 1024)
    assert.equal(report.of("memlock-others").details?.freeBytes, 64 * 1024)
    assert.equal(report.status, 1)
  })

  test("who may lock less than a page has a problem", options, () => {
    using user = new User(4096)
    const report = user.examine()
    assert.equal(report.of("memlock").level, "problem")
    assert.equal(report.status, 2)
  })

  test("sees a capture, but not whose it is", options, () => {
    using lab = new Lab()
    using user = new User(64 * 1024)
    const stop = lab.tap()
    const report = user.examine(lab, lab.b.ipv4)
    stop()
    assert.equal(report.of("capture").level, "problem")
    assert.equal(report.of("capture").cure, "sudo ss -0 -p")
  })

  test("is told what another process of the same user holds, and until when", options, async () => {
    await using lab = new Lab()
    using user = new User(1024 * 1024)
    await using peer = await Peer.start((command) => lab.spawn(lab.b, command), lab.b.ipv4)
    const holder = user.spawn(lab, holdingProgram, lab.b.ipv4, String(peer.port))
    const { stdin, stdout } = holder
    assert.ok(stdin && stdout)
    const lines = createInterface(stdout)[Symbol.asyncIterator]()
    assert.equal((await lines.next()).value, "connected")
    lab.blackhole()
    stdin.write("send\n")
    assert.equal((await lines.next()).value, "held")

    const held = user.examine().of("memlock-others")
    assert.equal(held.level, "limit")
    assert.ok(Number(held.details?.heldBytes) > 0, held.message)
    assert.match(held.message, new RegExp(`\\b${holder.pid}\\b`))

    const ended = new Promise((resolve) => holder.once("close", resolve))
    lab.heal()
    // It resets its connection, which gives everything back, and ends.
    stdin.write("end\n")
    await ended
    // The kernel gives back the pages of packets on the way when it drops them.
    let tries = 0
    while (user.examine().of("memlock-others").level !== "good") {
      assert.ok(++tries < 30, "it is never given back")
    }
  })
})

/** A user id that nobody else has, because the kernel counts locked memory for each user. */
class User implements Disposable {
  readonly #home: string = mkdtempSync(join(tmpdir(), "zerowire-"))
  readonly #id: string = String(firstUser + process.pid % userCount * 10 + next++)
  readonly #limits: string

  constructor(memlockBytes: number) {
    this.#limits = `--memlock=${memlockBytes}:${memlockBytes}`
  }

  /** What the doctor tells this user, on side A of a lab if there is one. */
  examine(lab?: Lab, ...args: readonly string[]): Examined {
    return examined(this.#as(lab, commandOf("doctor", "--json", ...args)), this.#environment)
  }

  spawn(lab: Lab, program: string, ...args: readonly string[]): ChildProcess {
    // Everything before the program's own name.
    const runtime = commandOf().slice(0, -1)
    const [name, ...rest] = this.#as(lab, [...runtime, program, ...args])
    return spawn(name, rest, { env: this.#environment, stdio: ["pipe", "pipe", "inherit"] })
  }

  [Symbol.dispose](): void {
    rmSync(this.#home, { recursive: true })
  }

  #as(lab: Lab | undefined, command: readonly string[]): readonly string[] {
    return [
      ...(lab === undefined ? [] : ["nsenter", `--net=${lab.a.namespace.path}`, "--"]),
      ...["prlimit", this.#limits, "--", "setpriv", `--reuid=${this.#id}`, `--regid=${this.#id}`],
      // It may only read all files, wherever this project is.
      ...["--clear-groups", "--bounding-set=-all,+dac_read_search"],
      ...["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search", "--"],
      ...command,
    ]
  }

  get #environment() {
    const home = this.#home
    return { PATH: process.env.PATH, HOME: home, XDG_CACHE_HOME: join(home, ".cache") }
  }
}

const holdingProgram = fileURLToPath(new URL("holder_child.ts", import.meta.url))
let next = 0
/** User ids that no distribution assigns, and that other tests do not use. */
const firstUser = 1_500_000_000
const userCount = 10_000_000
