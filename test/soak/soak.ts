import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { Lab } from "../../lab/lab.ts"
import { writeContents } from "./content.ts"
import type { Asked, Received, Sample, Sent } from "./messages.ts"
import { Part } from "./part.ts"
import { mostBytes, receiveBuffer } from "./plan.ts"
import { complaintsOf } from "./verdict.ts"

export interface SoakOptions {
  readonly seed: number
  readonly seconds: number
  /** Streams at once. */
  readonly peers: number
  /** Connections that ask beside them. */
  readonly askers: number
  /** Of 1024 packets on their way to the peers. */
  readonly drop: number
  /** What runs the senders: the binary and its arguments. */
  readonly sender: readonly string[]
  /** What runs the peers. */
  readonly peer: readonly string[]
  /** Gets a sample as it comes. */
  readonly tell: (sample: Sample) => void
}

export interface SoakResult {
  /** Nothing is wrong when there are none. */
  readonly complaints: readonly string[]
  readonly sent: readonly Sent[]
  readonly samples: readonly Sample[]
  /** What those who asked have seen; undefined if that was not to be heard. */
  readonly asked: Asked | undefined
}

/** Runs a soak in a lab of its own. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const folder = mkdtempSync(join(tmpdir(), "zerowire-soak-"))
  const file = join(folder, "contents")
  using _ = { [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
  writeContents(file, mostBytes)
  // With bbr, a connection whose packets are lost at the wrong moment goes on at a kilobyte a second.
  await using lab = new Lab({ congestionControl: "reno" })
  const { a, b } = lab
  const vanishing = Array.from({ length: 24 }, (_, i) => `192.0.2.${100 + i}`)
  const address = (action: "add" | "del", ip: string) =>
    b.namespace.run("ip", "address", action, `${ip}/24`, "dev", b.device)
  for (const ip of vanishing) address("add", ip)
  const gone = new Set<string>()
  b.namespace.sysctl("ipv4/tcp_rmem", `4096 131072 ${receiveBuffer}`)
  lab.drop(options.drop)

  const received = new Map<number, Received>()
  const sent: Sent[] = []
  const samples: Sample[] = []
  let asked: Asked | undefined
  const progress = new Progress()
  const peers = new Part(
    lab.spawn(b, [...options.peer, program("peers_main.ts"), a.ipv4], { stdio: "pipe" }),
  )
  const { seed, seconds, peers: streams } = options
  const args = [seed, seconds, streams, file, a.ipv4, b.ipv4, ...vanishing].map(String)
  const sender = new Part(
    lab.spawn(a, [...options.sender, program("sender_main.ts"), ...args], { stdio: "pipe" }),
  )
  peers.hear((message) => {
    if (message.type === "progress") progress.is(message.bytes)
    if (message.type === "received") received.set(message.id, message)
    if (message.type === "asked") {
      asked = message
      sender.say(message)
    }
    if (message.type !== "vanish" || gone.has(message.address)) return
    // A busy peer may come to it when its stream has ended: nobody would give the address back then.
    if (sent.some(({ plan }) => plan.id === message.id)) return
    gone.add(message.address)
    address("del", message.address)
  })
  sender.hear((message) => {
    if (message.type === "plan" || message.type === "stopAsking") peers.say(message)
    if (message.type === "sent") sent.push(message)
    if (message.type === "return" && gone.delete(message.address)) address("add", message.address)
    if (message.type === "sample") {
      samples.push(message)
      options.tell(message)
    }
  })
  const { port } = await peers.next("listening")
  const { answerPort } = await sender.next("listening")
  if (answerPort === undefined) throw new Error("The sender answers nobody")
  peers.say({ type: "ask", askers: options.askers, port: answerPort, seed })
  sender.say({ type: "begin", port })
  const complaints: string[] = []
  try {
    let over = false
    const finishing = sender.next("finished").finally(() => over = true)
    finishing.catch(() => {})
    await progress.until(() => over)
    if (over) await finishing
    else complaints.push("streams have not ended, and their peers read nothing any more")
    // The kernel has it all; the peers may still be reading it.
    await progress.until(() =>
      sent.every(({ outcome, plan }) => outcome === "failed" || received.has(plan.id))
    )
    peers.say({ type: "finish" })
    await peers.next("finished")
  } catch (failure) {
    complaints.push(String(failure))
  }
  const evidence = { sent, received, samples, streams, asked }
  complaints.push(...sender.warnings, ...complaintsOf(evidence))
  return { complaints, sent, samples, asked }
}

/** Whether peers still read. How fast they do is up to the machine. */
class Progress {
  #bytes = 0
  #since = performance.now()

  /** They have read so much. */
  is(bytes: number): void {
    if (bytes === this.#bytes) return
    this.#bytes = bytes
    this.#since = performance.now()
  }

  /** Resolves when something has happened, or when they have read nothing for a minute. */
  async until(happened: () => boolean): Promise<void> {
    while (!happened() && performance.now() - this.#since < patienceMillis) await sleep(100)
  }
}

/**
 * Longer than a connection is silent on which one packet after the other is lost, and than the sender
 * waits for sockets that were abandoned.
 */
const patienceMillis = 60_000

const program = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** What runs a program with a collector that can be called, in the runtime with this binary. */
export const runtimeOf = (binary: string, runtime: "bun" | "deno"): readonly string[] =>
  runtime === "bun"
    ? [binary]
    : [binary, "run", "--allow-all", "--no-check", "--v8-flags=--expose-gc"]
