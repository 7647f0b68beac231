import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { randomBytes } from "node:crypto"
import { accessSync, constants, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { type AddressInfo, connect, createServer } from "node:net"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import process from "node:process"
import { createInterface } from "node:readline"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"

/** What somebody else's program does with the server. */
export interface Client {
  readonly name: string
  /** Its command, and the package of Debian that has it. */
  readonly needs: readonly [command: string, debian: string]
  /** Resolves with what was seen. Rejects if anything is wrong. */
  readonly run: (scene: Scene) => Promise<string>
}

/** A folder of files, and a server of them in a process of its own. */
export class Scene implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), "zerowire-clients-"))
  readonly film = randomBytes(8_000_001)
  readonly page = Buffer.from("<!doctype html><title>A page</title>\n".repeat(3000))
  #server: ChildProcess | undefined
  #port = 0

  /** `runtime` is what runs the server: the binary and its arguments. */
  static async open(runtime: readonly string[]): Promise<Scene> {
    const scene = new Scene()
    writeFileSync(scene.at("film.bin"), scene.film)
    writeFileSync(scene.at("page.html"), scene.page)
    // In the first seconds after a change, a file's ETag is weak.
    for (const name of ["film.bin", "page.html"]) utimesSync(scene.at(name), 1.7e9, 1.7e9)
    const program = fileURLToPath(new URL("server_main.ts", import.meta.url))
    const [binary, ...args] = [...runtime, program, scene.folder, String(slowMillis)]
    const server = scene.#server = spawn(binary, args, { stdio: ["ignore", "pipe", "inherit"] })
    const ended = once(server, "close").then(([code]) => {
      throw new Error(`The server has ended with ${code} and has not said its port`)
    })
    const [line] = await Promise.race([once(createInterface(server.stdout), "line"), ended])
    scene.#port = Number(line)
    return scene
  }

  at(name: string): string {
    return join(this.folder, name)
  }

  get port(): number {
    return this.#port
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.#port}${path}`
  }

  /** What pages have posted, the open connections, and how many there were from different ports. */
  async posted(): Promise<{ posted: string[]; connections: number; ports: number }> {
    return await (await fetch(this.url("/posted"))).json()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server !== undefined) await stop(this.#server)
    rmSync(this.folder, { recursive: true })
  }
}

/** Runs a command to its end, of so many milliseconds at the most. Rejects if its status is not 0. */
export async function run(
  command: string,
  args: readonly string[],
  input?: Uint8Array,
  patience: number = patienceMillis,
): Promise<{ stdout: Buffer; stderr: string }> {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] })
  const late = setTimeout(() => child.kill("SIGKILL"), patience)
  const out: Uint8Array[] = []
  const err: Uint8Array[] = []
  child.stdout.on("data", (part) => out.push(part))
  child.stderr.on("data", (part) => err.push(part))
  child.stdin.on("error", () => {})
  child.stdin.end(input)
  const [code, signal] = await once(child, "close")
  clearTimeout(late)
  const stderr = Buffer.concat(err).toString()
  if (code === 0) return { stdout: Buffer.concat(out), stderr }
  throw new Error(`${command} ${args.join(" ")} has ended with ${code ?? signal}: ${stderr}`)
}

/** Starts a server, lets `use` use it when it listens, and ends it. */
export async function beside<A>(
  command: string,
  args: readonly string[],
  port: number,
  use: () => Promise<A>,
): Promise<A> {
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"] })
  let errors = ""
  child.stderr.on("data", (part) => errors += part)
  try {
    while (!await listens(port)) {
      if (child.exitCode !== null) throw new Error(`${command} has ended: ${errors}`)
      await sleep(100)
    }
    return await use()
  } finally {
    await stop(child)
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, "close")
  child.kill("SIGTERM")
  const late = setTimeout(() => child.kill("SIGKILL"), 20_000)
  await closed
  clearTimeout(late)
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1")
    socket.on("connect", () => {
      socket.destroy()
      resolve(true)
    })
    socket.on("error", () => resolve(false))
  })
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, "close")
  return port
}

/** Whether a command is there. */
export function exists(command: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** The server's timeouts, so that slow attackers meet them. */
const slowMillis = 5000
const patienceMillis = 120_000
