/**
 * The clients of an HTTP soak, with the runtime's own sockets and nothing of Zerowire's.
 *
 * Arguments: the server's address, and the bytes of its file.
 *
 * @module
 */
import process from "node:process"
import { setTimeout as sleep } from "node:timers/promises"
import { Random } from "../../../src/testing/world/random.ts"
import { hear, say } from "../messages.ts"
import { Conversation } from "./conversation.ts"
import { visit } from "./visit.ts"

const [host, fileBytes] = process.argv.slice(2)
const complaints: string[] = []
const kinds: Record<string, number> = {}
let stopped = false
let answers = 0
let connections = 0
let slowest = 0
let running: Promise<unknown> = Promise.resolve()

hear((message) => {
  if (message.type === "ask") {
    const { port, seed, askers } = message
    running = Promise.all(Array.from({ length: askers }, (_, i) => lane(i, port, seed)))
  }
  if (message.type === "stopAsking") {
    stopped = true
    running.then(() => say({ type: "asked", answers, connections, slowest, kinds, complaints }))
  }
})
say({ type: "listening", port: 0 })

async function lane(lane: number, port: number, seed: number): Promise<void> {
  const random = new Random(seed * 1009 + lane)
  let visits = 0
  // However busy the machine is, the first of each client are the same ones, and are made.
  const isOver = () => stopped && (visits >= leastVisits || complaints.length > 0)
  const again = () => {
    visits++
    return !isOver() && !random.chance(0.1)
  }
  // Not all in the same moment.
  await sleep(random.upTo(pauseMillis))
  while (!isOver()) {
    try {
      await connection(port, random, again)
    } catch (failure) {
      complaints.push(`client ${lane}: ${failure}`)
      await sleep(pauseMillis)
    }
  }
}

/** Visits the server until a visit ends the connection, or `again` says that it was the last one. */
async function connection(port: number, random: Random, again: () => boolean): Promise<void> {
  const conversation = await Conversation.begin(host, port)
  connections++
  try {
    for (let goesOn = true; goesOn;) {
      const begun = performance.now()
      const { kind, answers: count, lasts } = await visit(conversation, random, Number(fileBytes))
      kinds[kind] = (kinds[kind] ?? 0) + 1
      answers += count
      if (count > 0) slowest = Math.max(slowest, Math.round(performance.now() - begun))
      goesOn = again()
      if (!lasts) return
      await sleep(random.upTo(pauseMillis))
    }
    if (random.chance(0.5)) {
      conversation.half()
      await conversation.end()
    }
  } finally {
    conversation.leave("reset")
  }
}

const pauseMillis = 200
const leastVisits = 3
