import type { ChildProcess } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { connect, type Socket } from "../../src/mod.ts"
import { Lab } from "../../lab/lab.ts"

/** Many connections over a link where zero-copy is real, to peers that read as fast as they can. */
export class Crowd implements AsyncDisposable {
  /** To the peers that read. */
  readonly active: readonly Socket[]
  /** To those that read nothing. */
  readonly silent: readonly Socket[]
  readonly #lab: Lab

  private constructor(lab: Lab, silent: readonly Socket[], active: readonly Socket[]) {
    this.#lab = lab
    this.silent = silent
    this.active = active
  }

  static async open(
    { active, silent, zerocopy, bufferBytes = 128 * 1024 }: {
      readonly active: number
      readonly silent: number
      readonly zerocopy: "always" | "never"
      /** Per socket, on either side. */
      readonly bufferBytes?: number
    },
  ): Promise<Crowd> {
    // If packets are lost, the kernel decides which peer waits, and for how long.
    const lab = new Lab({ queue: true })
    // Bytes in buffers prove nothing: most accepted bytes must have been read.
    for (const { namespace } of [lab.a, lab.b]) {
      namespace.sysctl("ipv4/tcp_wmem", `4096 16384 ${bufferBytes}`)
      namespace.sysctl("ipv4/tcp_rmem", `4096 16384 ${bufferBytes}`)
    }
    const command = [bun, program, lab.b.ipv4, String(silent)]
    const port = await printed(lab.spawn(lab.b, command))
    const sockets: Socket[] = []
    for (let i = 0; i < silent + active; i++) {
      const options = { hostname: lab.b.ipv4, port, zerocopy, ownership: "borrow" } as const
      sockets.push(await lab.a.namespace.inside(() => connect(options)))
    }
    return new Crowd(lab, sockets.slice(0, silent), sockets.slice(silent))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.active, ...this.silent].map((socket) => socket.abort()))
    await this.#lab[Symbol.asyncDispose]()
  }
}

async function printed(child: ChildProcess): Promise<number> {
  if (child.stdout === null) throw new Error("Cannot hear the crowd")
  const ended = once(child, "exit").then(() => Promise.reject(new Error("The crowd has ended")))
  const [line] = await Promise.race([once(child.stdout, "data"), ended])
  return Number(line)
}

// Starvation must not depend on how a runtime distributes its reads; Bun distributes them fairly.
const bun = fileURLToPath(new URL("../../node_modules/bun/bin/bun.exe", import.meta.url))
const program = fileURLToPath(new URL("crowd_main.ts", import.meta.url))
