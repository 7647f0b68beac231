import assert from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { after, describe, test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import {
  type Children,
  childrenUnderWay,
  commandOf,
  descendantsOf,
  untilGone,
} from "./processes.ts"

const folder = mkdtempSync(join(tmpdir(), "zerowire-"))
after(() => rmSync(folder, { recursive: true }))
const small = join(folder, "small")
writeFileSync(small, new Uint8Array(100_000))
const big = join(folder, "big")
writeFileSync(big, new Uint8Array(100_000_000))
const options = { timeout: 60_000 }

describe("the main job leaves a terminal as it was", options, () => {
  test("when it has done its work", options, async () => {
    await using terminal = new Terminal(small)
    assert.equal(await terminal.ended, 0)
    terminal.checkState()
  })

  const endings = {
    "by Ctrl-C": { signal: "SIGINT", status: 130, end: ({ type }: Job) => type("\x03") },
    "by Ctrl-\\": { signal: "SIGQUIT", status: 131, end: ({ type }: Job) => type("\x1c") },
    "by SIGTERM": {
      signal: "SIGTERM",
      status: 143,
      end: ({ script }: Job) => kill(script, "TERM"),
    },
    "by SIGHUP": { signal: "SIGHUP", status: 129, end: ({ script }: Job) => kill(script, "HUP") },
  } as const
  for (const [how, { signal, status, end }] of Object.entries(endings)) {
    test(`when it is ended ${how}, and says what it stopped`, options, async () => {
      await using terminal = new Terminal(big)
      const job = await terminal.underWay()
      end(job)
      assert.equal(await terminal.ended, status)
      terminal.checkState()
      const said = terminal.output.match(/Stopped by.*/g)?.map((line) => line.trim())
      assert.equal(said?.length, 1, terminal.output)
      assert.match(
        said[0],
        new RegExp(`^Stopped by ${signal}: bun over loopback, \\d+ of 100000000 `),
      )
      await untilGone(Object.values(job.children))
    })
  }

  test("when a process of it dies", options, async () => {
    await using terminal = new Terminal(big)
    const { children } = await terminal.underWay()
    kill(children.sender, "KILL")
    assert.equal(await terminal.ended, 1)
    terminal.checkState()
  })

  test("when it is killed itself", options, async () => {
    await using terminal = new Terminal(big)
    const { program, children } = await terminal.underWay()
    kill(program, "KILL")
    assert.equal(await terminal.ended, 137)
    terminal.checkState()
    await untilGone(Object.values(children))
  })
})

test("the main job ends when its terminal goes away", options, async () => {
  await using terminal = new Terminal(big)
  const { script, program, children } = await terminal.underWay()
  terminal.tear()
  await untilGone([script, program, ...Object.values(children)])
})

/** A main job that is sending. */
interface Job {
  /** What `npm start` runs, in Node. */
  readonly script: number
  /** What that runs, in Bun. */
  readonly program: number
  readonly children: Children
  /** Types on the keyboard. */
  type(keys: string): void
}

/** A main job that runs in a pseudo terminal of its own. */
class Terminal implements AsyncDisposable {
  readonly ended: Promise<number | null>
  output = ""
  readonly #child: ChildProcess

  constructor(file: string) {
    // Small chunks: a large file takes long.
    const job = `exec node tools/run.mjs start ${file} --runtime=bun --link=loopback --chunk=50`
    this.#child = spawn("script", ["--quiet", "--return", "--command", job, "/dev/null"], {
      cwd: root,
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, SHELL: "/bin/sh" },
    })
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => this.output += text)
    this.ended = new Promise((resolve) => this.#child.on("close", resolve))
  }

  /** Waits until it is sending, and shows that. */
  async underWay(): Promise<Job> {
    const pid = this.#child.pid ?? 0
    const children = await childrenUnderWay(pid)
    while (!this.output.includes(wrapOff)) await setTimeout(10)
    const all = descendantsOf(pid)
    const find = (text: string) => all.find((pid) => commandOf(pid).includes(text)) ?? 0
    const [script, program] = [find("tools/run.mjs"), find("demo/start.ts")]
    assert.ok(script > 0 && program > 0, all.map(commandOf).join("\n"))
    return { script, program, children, type: (keys) => this.#child.stdin?.write(keys) }
  }

  /** The terminal goes away, as when its window is closed. */
  tear(): void {
    this.#child.kill("SIGKILL")
  }

  /** It wraps lines and shows the cursor, and did not all the time. */
  checkState(): void {
    assert.ok(this.output.includes(wrapOff), "nothing was turned off: the test proves nothing")
    for (const [off, on] of [[wrapOff, "\x1b[?7h"], ["\x1b[?25l", "\x1b[?25h"]]) {
      const [lastOff, lastOn] = [this.output.lastIndexOf(off), this.output.lastIndexOf(on)]
      assert.ok(lastOff <= lastOn, `${JSON.stringify(off)} is the last word`)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL")
    await this.ended
  }
}

/** A child in Deno answers for no other process. */
function kill(pid: number, signal: "TERM" | "HUP" | "KILL"): void {
  process.kill(pid, `SIG${signal}`)
}

const wrapOff = "\x1b[?7l"
const root = fileURLToPath(new URL("../../", import.meta.url))
