import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { Lab } from "../../../lab/lab.ts"
import { fileAt, writeContents } from "../content.ts"
import { complaintsOfGrowth, complaintsOfHeap } from "../memory_verdict.ts"
import type { Asked, Sample } from "../messages.ts"
import { Part } from "../part.ts"
import { receiveBuffer } from "../plan.ts"
import { complaintsOfEnd } from "../verdict.ts"

export interface HttpSoakOptions {
  readonly seed: number
  readonly seconds: number
  /** At once. */
  readonly clients: number
  /** Of 1024 packets on their way to the clients. */
  readonly drop: number
  /** What runs the server, and what the clients: the binary and its arguments. */
  readonly server: readonly string[]
  readonly client: readonly string[]
  /** Gets a sample as it comes. */
  readonly tell: (sample: Sample) => void
}

export interface HttpSoakResult {
  /** Nothing is wrong when there are none. */
  readonly complaints: readonly string[]
  readonly samples: readonly Sample[]
  /** What the clients have seen; undefined if that was not to be heard. */
  readonly asked: Asked | undefined
}

/** Serves HTTP in a lab of its own to clients that abort, stall, reset and half-close. */
export async function soakHttp(options: HttpSoakOptions): Promise<HttpSoakResult> {
  const { seed, seconds, clients, drop, tell } = options
  const folder = mkdtempSync(join(tmpdir(), "zerowire-soak-"))
  using _ = { [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
  writeContents(join(folder, "contents"), fileBytes)
  // With bbr, a connection whose packets are lost at the wrong moment goes on at a kilobyte a second.
  await using lab = new Lab({ congestionControl: "reno" })
  const { a, b } = lab
  b.namespace.sysctl("ipv4/tcp_rmem", `4096 131072 ${receiveBuffer}`)
  lab.drop(drop)
  const length = String(Math.ceil((fileAt + fileBytes) / fileAt) * fileAt)
  const server = new Part(
    lab.spawn(a, [...options.server, program("server_main.ts"), folder, a.ipv4], { stdio: "pipe" }),
  )
  const visitors = new Part(
    lab.spawn(b, [...options.client, program("visitors_main.ts"), a.ipv4, length], {
      stdio: "pipe",
    }),
  )
  const samples: Sample[] = []
  server.hear((message) => {
    if (message.type !== "sample") return
    samples.push(message)
    tell(message)
  })
  const complaints: string[] = []
  let asked: Asked | undefined
  try {
    const { port } = await server.next("listening")
    await visitors.next("listening")
    server.say({ type: "begin", port })
    visitors.say({ type: "ask", askers: clients, port, seed })
    await within(seconds + patience, async () => {
      const told = visitors.next("asked")
      await Promise.race([sleep(seconds * 1000), told, server.next("finished")])
      visitors.say({ type: "stopAsking" })
      asked = await told
    }, "the clients have not come to an end")
    await within(patience, async () => {
      const finished = server.next("finished")
      if (asked !== undefined) server.say(asked)
      await finished
    }, "the server has not come to an end")
  } catch (failure) {
    complaints.push(String(failure))
  }
  complaints.push(
    ...server.warnings,
    ...asked?.complaints ?? ["the clients have not said what they have seen"],
    ...complaintsOfEnd(samples[0], samples.at(-1)),
    ...complaintsOfHeap(samples, clients),
    ...complaintsOfGrowth(samples),
  )
  return { complaints, samples, asked }
}

async function within(
  seconds: number,
  work: () => Promise<void>,
  complaint: string,
): Promise<void> {
  let late: ReturnType<typeof setTimeout> | undefined
  const lateness = new Promise<never>((_, reject) => {
    late = setTimeout(() => reject(new Error(complaint)), seconds * 1000)
  })
  try {
    await Promise.race([work(), lateness])
  } finally {
    clearTimeout(late)
  }
}

const program = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** The most that a client asks for at once. */
const fileBytes = 4 * 1024 * 1024
/** Seconds: as long as clients wait for something, and those who stall. */
const patience = 150
