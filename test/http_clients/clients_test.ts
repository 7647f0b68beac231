import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import process from "node:process"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { needs } from "../deploy/tools.ts"

const root = new URL("../../", import.meta.url)
const bun = fileURLToPath(new URL("node_modules/bun/bin/bun.exe", root))
const main = fileURLToPath(new URL("main.ts", import.meta.url))
const runtime = "Deno" in globalThis ? "deno" : "bun"

function clients(only: string, path = process.env["PATH"]) {
  const args = [main, "--runtime", runtime, "--only", only]
  const env = { ...process.env, PATH: path }
  return spawnSync(bun, args, { env, encoding: "utf8", timeout: 100_000 })
}

test("a program that is missing is named, and the status says that it was skipped", () => {
  const { stdout, status } = clients("curl,varnishd", "/nowhere")
  assert.match(stdout, /curl: SKIPPED, there is no curl \(apt-get install curl\)\n/)
  assert.match(stdout, /varnish in front: SKIPPED, there is no varnishd /)
  assert.equal(status, 77)
})

const { skip, why } = needs("curl")

test(`curl gets ranges, uploads, resumes, and keeps its connection${why}`, {
  skip,
  timeout: 120_000,
}, () => {
  const { stdout, stderr, status } = clients("curl")
  assert.equal(status, 0, stdout + stderr)
})
