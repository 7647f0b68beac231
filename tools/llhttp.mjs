/**
 * Writes `src/http/parser/llhttp_wasm.ts`: llhttp, as the pinned package undici ships it. Run it after undici
 * was updated:
 *
 *     node tools/llhttp.mjs
 *
 * @module
 */
import { createHash } from "node:crypto"
import { readFileSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import process from "node:process"

/** The text of the file. */
export function llhttpSource() {
  const require = createRequire(import.meta.url)
  /** @type {Buffer} */
  const wasm = require("undici/lib/llhttp/llhttp_simd-wasm.js")
  const path = require.resolve("undici/package.json")
  const { version } = JSON.parse(readFileSync(path, "utf8"))
  const license = readFileSync(path.replace("package.json", "LICENSE"), "utf8")
  // The terms, without title and copyright.
  const terms = license.slice(license.indexOf("Permission is hereby granted")).trimEnd().split("\n")
  return `/**
 * llhttp as WebAssembly, taken from the package undici. Written by tools/llhttp.mjs: do not edit.
 *
 * llhttp: Copyright Fedor Indutny, 2018. undici: Copyright (c) Matteo Collina and Undici contributors.
 *
 * The MIT License
 *
${terms.map((line) => ` * ${line}`.trimEnd()).join("\n")}
 *
 * @module
 */

// undici ${version}, SHA-256 ${createHash("sha256").update(wasm).digest("hex")}

/** The module in base64. */
// deno-fmt-ignore
export const base64 = ${JSON.stringify(wasm.toString("base64"))}
`
}

if (process.argv[1] === import.meta.filename) {
  writeFileSync(join(import.meta.dirname, "../src/http/parser/llhttp_wasm.ts"), llhttpSource())
}
