import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: Record<string, unknown>
  readonly result?: Record<string, unknown>
  readonly error?: { readonly message: string }
}

/** A page in headless Chromium, driven by its DevTools protocol. */
export class Chromium implements AsyncDisposable {
  readonly #process: ChildProcess
  readonly #profile: string
  readonly #socket: WebSocket
  readonly #answers = new Map<number, PromiseWithResolvers<Record<string, unknown>>>()
  /** Errors of the page, what its policy has refused, and the URLs that it has asked for. */
  readonly complaints: string[] = []
  readonly requests: string[] = []
  #last = 0

  private constructor(process: ChildProcess, profile: string, socket: WebSocket) {
    this.#process = process
    this.#profile = profile
    this.#socket = socket
    socket.addEventListener("message", ({ data }) => this.#received(JSON.parse(String(data))))
  }

  /** @throws {Error} if there is no Chromium. */
  static async start(): Promise<Chromium> {
    const profile = mkdtempSync(join(tmpdir(), "zerowire-chromium-"))
    const process = spawn("chromium", [
      ...["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"],
      ...["--remote-debugging-port=0", `--user-data-dir=${profile}`, "about:blank"],
    ], { stdio: ["ignore", "ignore", "pipe"] })
    const port = await portOf(process)
    const pages = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()
    const socket = new WebSocket(
      pages.find(({ type }: { type: string }) => type === "page")
        .webSocketDebuggerUrl,
    )
    await once(socket as never, "open")
    const chromium = new Chromium(process, profile, socket)
    for (const domain of ["Page", "Runtime", "Log", "Network"]) {
      await chromium.send(`${domain}.enable`)
    }
    return chromium
  }

  send(method: string, params: object = {}): Promise<Record<string, unknown>> {
    const id = ++this.#last
    const answer = Promise.withResolvers<Record<string, unknown>>()
    this.#answers.set(id, answer)
    this.#socket.send(JSON.stringify({ id, method, params }))
    return answer.promise
  }

  /** The value of an expression in the page. */
  async value(expression: string): Promise<unknown> {
    const { result } = await this.send("Runtime.evaluate", { expression, returnByValue: true })
    return (result as { value?: unknown }).value
  }

  /** Waits until an expression in the page is true. */
  async until(expression: string): Promise<void> {
    while (await this.value(expression) !== true) {
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  /** A picture of the whole page, as PNG. */
  async picture(width: number, height: number, scheme: "dark" | "light"): Promise<Uint8Array> {
    const features = [{ name: "prefers-color-scheme", value: scheme }]
    await this.send("Emulation.setEmulatedMedia", { features })
    const size = { width, height, deviceScaleFactor: 1, mobile: false }
    await this.send("Emulation.setDeviceMetricsOverride", size)
    const { data } = await this.send("Page.captureScreenshot", { captureBeyondViewport: true })
    return Buffer.from(String(data), "base64")
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close()
    const exited = once(this.#process, "exit")
    this.#process.kill("SIGKILL")
    await exited
    rmSync(this.#profile, { recursive: true, force: true })
  }

  #received({ id, method, params = {}, result = {}, error }: Message): void {
    if (id !== undefined) {
      const answer = this.#answers.get(id)
      this.#answers.delete(id)
      if (error === undefined) answer?.resolve(result)
      else answer?.reject(new Error(error.message))
    } else if (method === "Network.requestWillBeSent") {
      this.requests.push((params.request as { url: string }).url)
    } else if (method === "Runtime.exceptionThrown" || method === "Log.entryAdded") {
      this.complaints.push(JSON.stringify(params))
    }
  }
}

/** The port that Chromium prints. */
async function portOf(process: ChildProcess): Promise<string> {
  let said = ""
  process.once("error", () => process.stderr?.emit("end"))
  for await (const part of process.stderr ?? []) {
    said += part
    const [, port] = /DevTools listening on ws:\/\/[^:]+:(\d+)\//.exec(said) ?? []
    if (port !== undefined) return port
  }
  throw new Error(`Chromium does not start. Is Debian's package chromium installed?\n${said}`)
}
