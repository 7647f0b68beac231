import { createHash } from "node:crypto"
import { setTimeout as sleep } from "node:timers/promises"
import type { Random } from "../../../src/testing/world/random.ts"
import { fileAt, fill, firstWrong } from "../content.ts"
import type { Conversation } from "./conversation.ts"

/** A GET, and which part of the file its answer is. */
interface Wanted {
  readonly kind: string
  readonly path: string
  readonly lines?: string
  readonly from: number
  readonly length: number
}

/** Asks for something in one way or another. Resolves with what it was, and whether the connection lasts. */
export async function visit(
  to: Conversation,
  random: Random,
  fileBytes: number,
): Promise<{ kind: string; answers: number; lasts: boolean }> {
  const chance = random.next()
  if (chance < 0.15) return await pipeline(to, random, fileBytes)
  if (chance < 0.3) return await upload(to, random)
  const wanted = draw(random, fileBytes)
  const ask = `GET ${wanted.path} HTTP/1.1\r\nHost: soak\r\n${wanted.lines ?? ""}\r\n`
  await to.send(ask)
  const done = (how: string, lasts: boolean, answers = 1) => ({
    ...{ kind: `${wanted.kind} ${how}`, answers, lasts },
  })
  if (chance < 0.4) {
    const answer = await to.head()
    const stop = random.upTo(wanted.length)
    let at = 0
    for await (const part of to.body(answer)) {
      check(wanted, at, part)
      at += part.byteLength
      if (at >= stop) break
    }
    to.leave(random.chance(0.5) ? "reset" : "close")
    return done("left", false, 0)
  }
  if (chance < 0.45) {
    to.leave("reset")
    return done("left at once", false, 0)
  }
  if (chance < 0.55) {
    to.half()
    await read(to, wanted, () => undefined)
    await to.end()
    return done("half-closed", false)
  }
  if (chance < 0.65) {
    const stop = random.upTo(wanted.length)
    const pause = random.upTo(mostPause)
    await read(to, wanted, (at) => at >= stop ? pause : undefined)
    return done("stalled", true)
  }
  await read(to, wanted, () => undefined)
  return done("read", true)
}

/** Several at once, whose answers come in order. */
async function pipeline(to: Conversation, random: Random, fileBytes: number) {
  const all = Array.from({ length: 2 + random.upTo(10) }, () => draw(random, fileBytes))
  await to.send(
    all.map(({ path, lines = "" }) => `GET ${path} HTTP/1.1\r\nHost: soak\r\n${lines}\r\n`).join(
      "",
    ),
  )
  for (const wanted of all) await read(to, wanted, () => undefined)
  return { kind: "pipeline", answers: all.length, lasts: true }
}

/** Sends a body, whole or in chunks, and compares the hash; or leaves in the middle. */
async function upload(to: Conversation, random: Random) {
  const length = random.upTo(random.chance(0.2) ? 3_000_000 : 50_000)
  const from = random.upTo(1_000_000)
  const chunked = random.chance(0.5)
  const leaves = random.chance(0.2)
  const stalls = random.chance(0.2)
  const framing = chunked ? "Transfer-Encoding: chunked" : `Content-Length: ${length}`
  const hash = createHash("sha256")
  await to.send(`POST /upload HTTP/1.1\r\nHost: soak\r\n${framing}\r\n\r\n`)
  for (let at = 0; at < length;) {
    const part = new Uint8Array(Math.min(length - at, random.upTo(100_000)))
    fill(0, fileAt + from + at, part)
    at += part.byteLength
    hash.update(part)
    if (chunked) await to.send(`${part.byteLength.toString(16)}\r\n`)
    await to.send(part)
    if (chunked) await to.send("\r\n")
    if (stalls && random.chance(0.3)) await sleep(random.upTo(mostPause / 2))
    if (!leaves || at === length) continue
    to.leave(random.chance(0.5) ? "reset" : "close")
    return { kind: "upload left", answers: 0, lasts: false }
  }
  if (chunked) await to.send("0\r\n\r\n")
  const answer = await to.head()
  let text = ""
  for await (const part of to.body(answer)) text += new TextDecoder().decode(part)
  if (answer.status !== 200 || text !== hash.digest("hex")) {
    throw new Error(`an upload of ${length} bytes was answered with ${answer.status} ${text}`)
  }
  return { kind: `upload ${chunked ? "in chunks" : "whole"}`, answers: 1, lasts: true }
}

function draw(random: Random, fileBytes: number): Wanted {
  const from = random.upTo(fileBytes / 2) - 1
  const length = random.upTo(random.chance(0.2) ? fileBytes / 2 : 60_000)
  switch (random.upTo(5)) {
    case 1:
      return { kind: "file", path: "/files/contents", from: 0, length: fileBytes }
    case 2: {
      const lines = `Range: bytes=${from}-${from + length - 1}\r\n`
      return { kind: "range", path: "/files/contents", lines, from, length }
    }
    case 3: {
      const length = [1000, 100_000, 2_000_000][random.upTo(3) - 1]
      return { kind: "cached", path: `/cached/${length}`, from: 0, length }
    }
    case 4:
      return { kind: "bytes", path: `/bytes/${from}/${length}`, from, length }
  }
  const known = random.chance(0.5) ? "?length" : ""
  return { kind: "stream", path: `/stream/${from}/${length}${known}`, from, length }
}

/** Reads an answer to its end. Where `pause` says so, it stalls once. */
async function read(
  to: Conversation,
  wanted: Wanted,
  pause: (at: number) => number | undefined,
): Promise<void> {
  const answer = await to.head()
  if (answer.status !== (wanted.lines === undefined ? 200 : 206)) {
    throw new Error(`${wanted.path} was answered with ${answer.status}`)
  }
  let at = 0
  let paused = false
  for await (const part of to.body(answer)) {
    check(wanted, at, part)
    at += part.byteLength
    const millis = paused ? undefined : pause(at)
    if (millis === undefined) continue
    paused = true
    await sleep(millis)
  }
  if (at !== wanted.length) throw new Error(`${at} of ${wanted.length} bytes of ${wanted.path}`)
}

function check({ path, from }: Wanted, at: number, part: Uint8Array): void {
  const wrong = firstWrong(0, fileAt + from + at, part)
  if (wrong >= 0) throw new Error(`byte ${at + wrong} of ${path} is wrong`)
}

/** Milliseconds. */
const mostPause = 3000
