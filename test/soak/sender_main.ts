/**
 * The sending process of a soak: keeps so many streams going at once, each with its own plan, and tells
 * how each ended.
 *
 * Arguments: seed, seconds, streams at once, the file of `writeContents`, our address, the peers', and the
 * first of those that may vanish with their number.
 *
 * @module
 */
import process from "node:process"
import { setTimeout as sleep } from "node:timers/promises"
import { connect, listen, type Socket } from "../../src/mod.ts"
import { Random } from "../../src/testing/world/random.ts"
import { answer } from "./answering.ts"
import { firstWrong, idOf } from "./content.ts"
import { gauge, watchStream } from "./gauges.ts"
import { memoryInUse, Peak } from "./memory.ts"
import { hear, say } from "./messages.ts"
import { draw, expected, headBytes, type Plan, sourceOf, withAddress } from "./plan.ts"
import { ownershipOf, send } from "./ways.ts"

const [seed, seconds, streams, file, own, address, ...vanishing] = process.argv.slice(2)
/**
 * Milliseconds. Linux sends a lost segment again after 0.2, 0.6, 1.4, 3.0 and 6.2 s (RFC 6298, section 5). What
 * comes while a stalled peer's buffer is full is lost too, so that one loss more makes 6 s of silence,
 * and a peer that does read is not to be taken for one that is gone.
 */
const closeTimeout = 10_000
const sampleMillis = 5000
const peakMillis = 250
const random = new Random(Number(seed))
const spare = [...vanishing]
const accepted = new Map<number, (socket: Socket) => void>()
const peak = new Peak()
const started = performance.now()
let ids = 0
let streamsNow = 0
let ended = 0

const listener = await listen({ hostname: own, port: 0, closeTimeout })
const accepting = acceptAll()
const answering = await answer(own)
const asked = Promise.withResolvers<void>()
hear((message) => {
  if (message.type === "begin") run(message.port)
  if (message.type === "asked") asked.resolve()
})
say({ type: "listening", port: listener.addr.port, answerPort: answering.addr.port })

async function run(port: number): Promise<void> {
  await sample()
  const looking = setInterval(() => peak.look(), peakMillis)
  const sampling = setInterval(sample, sampleMillis)
  const lane = async () => {
    while (performance.now() - started < Number(seconds) * 1000) await oneStream(port)
  }
  await Promise.all(Array.from({ length: Number(streams) }, lane))
  listener.close()
  await accepting
  say({ type: "stopAsking" })
  await asked.promise
  await answering.shutdown()
  // Abandoned sockets are closed when the collector finds them.
  for (let i = 0; i < 300 && gauge().registered > 0; i++) {
    await memoryInUse()
    await sleep(100)
  }
  clearInterval(sampling)
  clearInterval(looking)
  await sample()
  say({ type: "finished" })
}

async function oneStream(port: number): Promise<void> {
  const drawn = draw(random, ids++, address)
  const plan = drawn.behaviour === "vanish" ? withAddress(drawn, spare.shift()) : drawn
  streamsNow++
  try {
    await carryOut(plan, port)
  } catch (failure) {
    const told = failure instanceof Error ? `${failure.stack}` : String(failure)
    say({ type: "sent", plan, outcome: "failed", failure: told, held: 0 })
  }
  streamsNow--
  ended++
  if (plan.address === address) return
  say({ type: "return", address: plan.address })
  // It is there again when the one who opened the lab has heard of it.
  setTimeout(() => spare.push(plan.address), 2000)
}

async function carryOut(plan: Plan, port: number): Promise<void> {
  const meeting = plan.side === "accept" ? meet(plan.id) : undefined
  const relay = plan.way === "relay" ? meet(sourceOf(plan.id)) : undefined
  say({ type: "plan", plan, port: listener.addr.port })
  const socket = await (meeting ??
    connect({ hostname: plan.address, port, ownership: ownershipOf(plan), closeTimeout }))
  const watch = watchStream(socket)
  const hearing = plan.upBytes > 0 && plan.way !== "abandon" ? hearOut(socket, plan) : undefined
  // It may fail while nobody looks yet.
  hearing?.catch(() => {})
  const giveUp = expected(plan) === "failed" ? giveUpLater(socket, plan) : undefined
  let outcome: "ok" | "failed" | "abandoned" = plan.way === "abandon" ? "abandoned" : "ok"
  let failure: string | undefined
  let sha256: string | undefined
  let complaint: string | undefined
  try {
    sha256 = await send(socket, plan, { file, relay })
    complaint = await hearing
    if (plan.way !== "abandon") await socket.close()
    await (await relay)?.close()
    complaint ??= unmoved(socket, plan)
  } catch (reason) {
    outcome = "failed"
    failure = `${reason}`
    // The first close may be the one that is under way; this one waits for its end.
    await socket.abort()
    await (await relay)?.abort()
  }
  clearTimeout(giveUp)
  await hearing?.catch(() => {})
  const held = plan.way === "abandon" ? 0 : socket.stats().held
  watch.end()
  say({
    ...{ type: "sent", plan, outcome, held, copiedBytes: socket.stats().copiedBytes },
    ...(failure === undefined ? {} : { failure }),
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(complaint === undefined ? {} : { complaint }),
  })
}

/** Some close, some abort, when a peer takes nothing any more. */
const giveUpLater = (socket: Socket, { pauseMillis, seed }: Plan) =>
  setTimeout(() => {
    if (seed % 3 === 0) socket.abort()
    else socket.close().catch(() => {})
  }, 1000 + pauseMillis)

/** Reads what the peer sends to its FIN, and answers what is wrong with it. */
async function hearOut(socket: Socket, { id, upBytes }: Plan): Promise<string | undefined> {
  let at = headBytes
  for await (const chunk of socket.readable) {
    const wrong = firstWrong(id, at, chunk)
    if (wrong >= 0) return `byte ${at + wrong} of what the peer sent is wrong`
    at += chunk.byteLength
  }
  const bytes = at - headBytes
  return bytes === upBytes ? undefined : `${bytes} of ${upBytes} bytes came from the peer`
}

/** What is wrong with a stream that arrived, but whose bytes were read where the kernel could move them. */
function unmoved(socket: Socket, { way }: Plan): string | undefined {
  const { fileBytes, relayedBytes } = socket.stats()
  if (way === "relay" && relayedBytes === 0) return "none of its bytes was relayed by the kernel"
  const ofFile = way === "file" || way === "sendFile"
  return ofFile && fileBytes === 0 ? "none of its bytes was sent from the file" : undefined
}

const meet = (id: number): Promise<Socket> => new Promise((resolve) => accepted.set(id, resolve))

/** Each says first who it is. */
async function acceptAll(): Promise<void> {
  for await (const socket of listener) {
    // Who goes before he has said who he is, is missed by whoever waits for him.
    introduce(socket).catch(() => socket.abort())
  }
}

async function introduce(socket: Socket): Promise<void> {
  const reader = socket.readable.getReader({ mode: "byob" })
  const { value } = await reader.read(new Uint8Array(headBytes), { min: headBytes })
  reader.releaseLock()
  if (value === undefined) return
  const id = idOf(value)
  accepted.get(id)?.(socket)
  accepted.delete(id)
}

async function sample(): Promise<void> {
  const { heap: peakHeap, rss: peakRss } = peak.take()
  // Those who were abandoned are closed by this, too.
  const { heap, rss } = await memoryInUse()
  const gauges = gauge()
  say({
    ...{ type: "sample", seconds: (performance.now() - started) / 1000 },
    // A runtime counts all memory that ArrayBuffers show, whoever has mapped it.
    ...{ heap: heap - gauges.mappedBytes, rss, peakHeap: peakHeap - gauges.mappedBytes, peakRss },
    ...{ streams: streamsNow, ended },
    ...gauges,
  })
}
