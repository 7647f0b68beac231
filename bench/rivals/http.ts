/**
 * One HTTP server. It prints its port, answers questions, a line each, with a line of JSON, and ends by
 * SIGTERM, or when its standard input does.
 *
 * Arguments: `zerowire`, `own` or `node`; `memory` or `file`; bytes of the body; the address to listen on.
 * With `small` behind them, paths that end so get 1 KiB from memory instead.
 *
 * - `sent`: how the bytes of all connections went, as far as the server tells
 * - `heap`: bytes that a full collection leaves
 *
 * @module
 */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { createInterface } from "node:readline"
import { TemporaryFolder } from "../../tools/temporary_folder.ts"
import { heapBytes } from "./heap_bytes.ts"
import { type Body, servers } from "./http_servers.ts"
import { messageOf } from "./source.mjs"

const [who, source, size, hostname = "127.0.0.1", other] = process.argv.slice(2)
const folder = new TemporaryFolder("zerowire-http-")
const body = bodyOf(source, Number(size))
const small = other === "small" ? bodyOf("memory", 1024) : undefined
const { port, sent } = await servers[who](hostname, body, small)
const answers: Readonly<Record<string, () => unknown>> = {
  sent,
  heap: () => ({ heap: heapBytes() }),
}
process.stdout.write(`${port}\n`)
process.once("SIGTERM", () => process.exit(0))
for await (const question of createInterface(process.stdin)) {
  process.stdout.write(`${JSON.stringify(answers[question]?.() ?? {})}\n`)
}
process.exit(0)

function bodyOf(source: string, length: number): Body {
  const bytes = messageOf(length)
  if (source === "memory") return { bytes, length }
  const path = join(folder.path, "body")
  writeFileSync(path, bytes)
  return { path, length }
}
