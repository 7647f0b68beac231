import assert from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { createInterface } from "node:readline"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { listen, type Socket } from "../../src/mod.ts"

// An isolate ends, and another follows in the same process. Each program below sends to a peer that reads
// nothing until the next program has filled all free memory.

const isBun = process.versions.bun !== undefined
const patiently = { timeout: 60_000 }
const config = fileURLToPath(new URL("../../deno.json", import.meta.url))
const flags = ["-A", "--no-check", "--config", config]

if (!isBun) {
  test(
    "deno run --watch: a restart resets the connections, and frees the port",
    patiently,
    async () => {
      await using scene = await Scene.open(["run", ...flags, "--watch"], "program.ts")
      scene.write(`${sendingProgram(scene.port)}\n${listeningProgram}`)
      scene.start()
      const peer = await scene.accepted()
      const ended = await scene.accepted()
      const idle = await scene.accepted()
      const port = await scene.heard(/^listens (\d+)$/)
      scene.write(`${fillingProgram}\n${listeningProgram.replace("port: 0", `port: ${port}`)}`)
      assert.equal(await scene.heard(/^listens (\d+)$/), port)
      assert.deepEqual(await endOf(peer), { foreign: 0, end: "ECONNRESET" })
      assert.deepEqual(await endOf(ended), { foreign: 0, end: "FIN" })
      assert.equal((await endOf(idle)).end, "ECONNRESET")
    },
  )

  test(
    "deno run --watch: what a program has left that threw is closed when the next one starts",
    patiently,
    async () => {
      await using scene = await Scene.open(["run", ...flags, "--watch"], "program.ts")
      scene.write(
        `${sendingProgram(scene.port)}\n${listeningProgram}\n` +
          `setTimeout(() => { throw new Error("a bug") }, 300)`,
      )
      scene.start()
      const peer = await scene.accepted()
      const ended = await scene.accepted()
      const port = await scene.heard(/^listens (\d+)$/)
      await scene.heard(/Process failed/)
      scene.write(`${fillingProgram}\n${listeningProgram.replace("port: 0", `port: ${port}`)}`)
      assert.equal(await scene.heard(/^listens (\d+)$/), port)
      assert.deepEqual(await endOf(peer), { foreign: 0, end: "ECONNRESET" })
      assert.equal((await endOf(ended)).foreign, 0)
    },
  )

  test("deno test: a file that ends resets its connections", patiently, async () => {
    await using scene = await Scene.open(["test", ...flags], "a_test.ts", "b_test.ts")
    scene.write(`${sendingProgram(scene.port)}\nDeno.test("a", () => {})`, "a_test.ts")
    scene.write(
      `Deno.test("b", async () => {\n${fillingProgram}\nawait new Promise((r) => setTimeout(r, 1000)) })`,
      "b_test.ts",
    )
    scene.start()
    const peer = await scene.accepted()
    const ended = await scene.accepted()
    const idle = await scene.accepted()
    await scene.heard(/^filled$/)
    assert.deepEqual(await endOf(peer), { foreign: 0, end: "ECONNRESET" })
    assert.deepEqual(await endOf(ended), { foreign: 0, end: "FIN" })
    assert.equal((await endOf(idle)).end, "ECONNRESET")
  })
} else {
  test(
    "bun test --isolate: a file that has ended sends no foreign bytes",
    patiently,
    async () => {
      await using scene = await Scene.open(["test", "--isolate"], "a.test.ts", "b.test.ts")
      const wrap = (body: string) =>
        `import { test } from "bun:test"\ntest("a", async () => { ${body} })`
      const [imports, ...body] = sendingProgram(scene.port).split("\n")
      scene.write(`${imports}\n${wrap(body.join("\n"))}`, "a.test.ts")
      scene.write(
        wrap(
          `for (let i = 0; i < 5; i++) { Bun.gc(true); await new Promise((r) => setTimeout(r, 50)) }\n` +
            `${fillingProgram}\nawait new Promise((r) => setTimeout(r, 1500))`,
        ),
        "b.test.ts",
      )
      scene.start()
      const peer = await scene.accepted()
      const ended = await scene.accepted()
      await scene.heard(/^filled$/)
      assert.equal((await endOf(peer)).foreign, 0)
      assert.equal((await endOf(ended)).foreign, 0)
    },
  )
}

const module = new URL("../../src/mod.ts", import.meta.url).href
const mark = 0x41

/** A connection with bytes in flight, one whose stream has ended, and an idle one. */
const sendingProgram = (port: number) =>
  `import { connect, listen } from "${module}"
const socket = await connect({ port: ${port}, zerocopy: "always" })
const writer = socket.writable.getWriter()
for (let i = 0; i < 300; i++) writer.write(new Uint8Array(20_000).fill(${mark})).catch(() => {})
while (socket.stats().inFlightBytes === 0) await new Promise((r) => setTimeout(r, 5))
const other = await connect({ port: ${port}, zerocopy: "always" })
const ended = other.writable.getWriter()
await ended.write(new Uint8Array(100_000).fill(${mark}))
await ended.close()
globalThis.idle = await connect({ port: ${port} })`

const listeningProgram = `
const zerowire = await import("${module}")
const listener = await zerowire.listen({ hostname: "127.0.0.1", port: 0 })
listener.accept().catch(() => {})
console.log("listens", listener.addr.port)`

const fillingProgram = `
globalThis.kept = Array.from({ length: 1000 }, () => new Uint8Array(20_000).fill(0xee))
console.log("filled")`

async function endOf(peer: Socket): Promise<{ foreign: number; end: string }> {
  let foreign = 0
  try {
    for await (const part of peer.readable) for (const byte of part) if (byte !== mark) foreign++
    return { foreign, end: "FIN" }
  } catch (failure) {
    const { reason } = failure as { reason: { code?: string } }
    return { foreign, end: reason.code ?? String(failure) }
  } finally {
    await peer.abort()
  }
}

/** Programs in a folder of their own, the process that runs them, and who listens to them. */
class Scene implements AsyncDisposable {
  readonly port: number
  readonly #listener: Awaited<ReturnType<typeof listen>>
  readonly #folder = mkdtempSync(join(tmpdir(), "zerowire-restart-"))
  readonly #arguments: readonly string[]
  readonly #files: readonly string[]
  readonly #lines: string[] = []
  #child: ChildProcess | undefined
  #hear: () => void = () => {}
  #over = false

  private constructor(
    listener: Awaited<ReturnType<typeof listen>>,
    args: readonly string[],
    files: readonly string[],
  ) {
    this.#listener = listener
    this.port = listener.addr.port
    this.#arguments = args
    this.#files = files
  }

  static async open(args: readonly string[], ...files: readonly string[]): Promise<Scene> {
    return new Scene(await listen({ hostname: "127.0.0.1", port: 0 }), args, files)
  }

  write(program: string, file = this.#files[0]): void {
    writeFileSync(join(this.#folder, file), program)
  }

  start(): void {
    const files = this.#files.map((file) => join(this.#folder, file))
    const child = this.#child = spawn(process.execPath, [...this.#arguments, ...files], {
      cwd: this.#folder,
      env: { ...process.env, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    })
    child.on("close", () => {
      this.#over = true
      this.#hear()
    })
    for (const output of [child.stdout, child.stderr]) {
      if (output === null) continue
      createInterface(output).on("line", (line) => {
        this.#lines.push(line)
        this.#hear()
      })
    }
  }

  /** The next connection of a program. */
  accepted(): Promise<Socket> {
    return Promise.race([this.#listener.accept(), this.heard(/^(?!)/) as Promise<never>])
  }

  /** The first group of the next line that matches, or all of it. Earlier lines are forgotten. */
  async heard(pattern: RegExp): Promise<string> {
    for (;;) {
      const at = this.#lines.findIndex((line) => pattern.test(line))
      if (at >= 0) {
        const found = pattern.exec(this.#lines[at])
        this.#lines.splice(0, at + 1)
        return found?.[1] ?? found?.[0] ?? ""
      }
      if (this.#over) throw new Error(`It has ended and said: ${this.#lines.join("\n")}`)
      await new Promise<void>((resolve) => this.#hear = resolve)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#child
    if (child !== undefined && !this.#over) {
      const closed = new Promise((resolve) => child.once("close", resolve))
      child.kill("SIGKILL")
      await closed
    }
    this.#listener.close()
    rmSync(this.#folder, { recursive: true })
  }
}
