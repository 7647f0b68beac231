// deno-lint-ignore-file no-console
/**
 * `npm run browser`: opens the status page in headless Chromium while clients download, and checks what it
 * shows and that it asks for nothing from elsewhere. Pictures of it, light and dark, go to a folder.
 *
 * @module
 */
import assert from "node:assert/strict"
import { mkdirSync, writeFileSync } from "node:fs"
import { connect } from "node:net"
import { join } from "node:path"
import process from "node:process"
import { setTimeout } from "node:timers/promises"
import { fileStream } from "zerowire"
import { cachedBody, serve, statusPage } from "zerowire/http"
import { command } from "../../tools/command.ts"
import { Chromium } from "./chromium.ts"

const { out } = command("browser")
  .option("--out <folder>", "where to write the pictures", "pictures")
  .parse(process.argv.slice(2), { from: "user" }).opts<{ out: string }>()

const status = statusPage({ interval: 250 })
const body = cachedBody(new Uint8Array(64 * 1024 * 1024))
const bun = process.execPath
const server = serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
  const { pathname } = new URL(request.url)
  if (pathname === "/status") return status(request)
  return pathname === "/file" ? new Response(fileStream(bun)) : body.response()
})
await server.ready
const base = `http://127.0.0.1:${server.addr.port}`

const stalled = ["1", "2", "3"].map(() => {
  const client = connect(server.addr.port, "127.0.0.1").pause().on("error", () => {})
  client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
  return client
})
let downloading = true
const downloads = ["/", "/file"].map(async (path) => {
  while (downloading) {
    for await (const _ of (await fetch(base + path)).body ?? []) if (!downloading) break
    await setTimeout(200)
  }
})

{
  await using chromium = await Chromium.start()
  await chromium.send("Page.navigate", { url: `${base}/status` })
  const text = (id: string) => `document.getElementById("${id}").textContent`
  await chromium.until(`document.getElementById("state")?.className === "live"`)
  await chromium.until(`/^[1-9].*B\\/s$/.test(${text("throughput")})`)
  await chromium.until(`document.querySelectorAll("#slowest tr").length >= 3`)
  await chromium.until(`document.querySelectorAll("#reasons progress").length >= 1`)
  await chromium.until(
    `(document.getElementById("area-copied").getAttribute("d") ?? "").length > 300`,
  )
  mkdirSync(out, { recursive: true })
  for (const scheme of ["light", "dark"] as const) {
    writeFileSync(join(out, `${scheme}.png`), await chromium.picture(1100, 800, scheme))
  }
  writeFileSync(join(out, "narrow.png"), await chromium.picture(400, 1300, "light"))
  assert.deepEqual(chromium.complaints, [])
  assert.deepEqual(chromium.requests.filter((url) => !/^data:|\/status$/.test(url)), [])
  console.log(`The page shows ${await chromium.value(text("throughput"))}. Pictures are in ${out}`)
}

downloading = false
for (const client of stalled) client.destroy()
await Promise.all(downloads)
await server.shutdown({ deadline: 0 })
