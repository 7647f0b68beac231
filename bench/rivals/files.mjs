/**
 * The ring as files, which are in memory already: what a disk takes is the same for everybody.
 *
 * @module
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { ringBytes } from "./source.mjs"

/**
 * The paths of files that hold the ring as often as it takes, and so many bytes together.
 *
 * @param {Uint8Array<ArrayBuffer>} ring
 * @param {number} totalBytes
 */
export function filesOf(ring, totalBytes) {
  const whole = Math.floor(totalBytes / ringBytes)
  const rest = totalBytes % ringBytes
  return [
    ...Array(whole).fill(fileOf(ring, ringBytes)),
    ...(rest > 0 ? [fileOf(ring, rest)] : []),
  ]
}

/**
 * A file as the runtime reads it.
 *
 * @param {string} path
 * @returns {Promise<ReadableStream<Uint8Array>>}
 */
export async function streamOfFile(path) {
  /** @type {any} */
  const { Bun, Deno } = globalThis
  return Bun === undefined ? (await Deno.open(path)).readable : Bun.file(path).stream()
}

/**
 * @param {Uint8Array<ArrayBuffer>} ring
 * @param {number} bytes
 * @returns {string}
 */
function fileOf(ring, bytes) {
  folder ??= makeFolder()
  const path = join(folder, String(bytes))
  if (!written.has(path)) writeFileSync(path, ring.subarray(0, bytes))
  written.add(path)
  return path
}

function makeFolder() {
  const folder = mkdtempSync(join(tmpdir(), "zerowire-bench-"))
  process.on("exit", () => rmSync(folder, { recursive: true }))
  return folder
}

/** @type {string | undefined} */
let folder
/** @type {Set<string>} */
const written = new Set()
