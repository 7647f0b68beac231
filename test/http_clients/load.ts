import assert from "node:assert/strict"
import { type Client, run } from "./scene.ts"

/** `wrk` keeps its connections busy, and counts what is not an answer of 200. */
export const wrk: Client = {
  name: "wrk",
  needs: ["wrk", "wrk"],
  async run(scene) {
    const seen: string[] = []
    for (const path of ["/hello", "/files/film.bin", "/stream"]) {
      const args = ["--threads", "1", "--connections", "32", "--duration", "3s"]
      const { stdout } = await run("wrk", [...args, "--timeout", "60s", scene.url(path)])
      const text = stdout.toString()
      assert.doesNotMatch(text, /Socket errors|Non-2xx/, text)
      const [, requests, read] = /([0-9]+) requests in .*?, (\S+) read/.exec(text) ?? []
      assert.ok(Number(requests) > 0, text)
      seen.push(`${requests} of ${path} (${read})`)
    }
    return seen.join(", ")
  },
}

/** nghttp2's load generator, which checks each answer. */
export const h2load: Client = {
  name: "h2load",
  needs: ["h2load", "nghttp2-client"],
  async run(scene) {
    const seen: string[] = []
    for (const [path, count] of [["/hello", 20_000], ["/files/film.bin", 200]] as const) {
      const args = ["--h1", "--clients", "32", "--requests", String(count), scene.url(path)]
      const text = (await run("h2load", args)).stdout.toString()
      assert.match(text, new RegExp(`${count} succeeded, 0 failed, 0 errored, 0 timeout`), text)
      assert.match(text, new RegExp(`status codes: ${count} 2xx`), text)
      seen.push(`${count} of ${path}`)
    }
    return seen.join(", ")
  },
}
