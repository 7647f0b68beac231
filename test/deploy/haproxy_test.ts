import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { once } from "node:events"
import { readFileSync, writeFileSync } from "node:fs"
import { createConnection } from "node:net"
import { test } from "node:test"
import { receiveAll } from "../plain_peer.ts"
import { checkProxy, serving } from "./behind.ts"
import { Program } from "./program.ts"
import { freePort, RecipeFolder } from "./recipe.ts"
import { needs } from "./tools.ts"

const { skip, why } = needs("haproxy", "openssl")

test(`bytes come whole through deploy/haproxy, and clients are known${why}`, {
  skip,
  timeout: 60_000,
}, async () => {
  using folder = new RecipeFolder()
  folder.certify()
  const both = folder.file("both.pem")
  writeFileSync(both, readFileSync(folder.certificate, "utf8") + readFileSync(folder.key, "utf8"))
  const proxies = ["127.0.0.1"]
  const local = { port: 0, hostname: "127.0.0.1" }
  await using web = await serving(folder, { ...local, trust: { proxies, headers: "x-forwarded" } })
  await using named = await serving(folder, { ...local, trust: { proxies, proxyProtocol: true } })
  const [port, bytesPort] = [await freePort(), await freePort()]
  const config = folder.copy("haproxy/haproxy.cfg", {
    "bind :443": `bind 127.0.0.1:${port}`,
    "bind :8000": `bind 127.0.0.1:${bytesPort}`,
    "/etc/haproxy/example.com.pem": both,
    "127.0.0.1:8080": `127.0.0.1:${web.addr.port}`,
    "127.0.0.1:8081": `127.0.0.1:${named.addr.port}`,
  })
  execFileSync("haproxy", ["-c", "-q", "-f", config], { stdio: "inherit" })
  await using _proxy = await Program.listening(port, "haproxy", ["-db", "-f", config])
  await checkProxy(folder, port)

  const peer = createConnection({ port: bytesPort, host: "127.0.0.1" })
  await once(peer, "connect")
  const { localPort } = peer
  peer.write("GET /who HTTP/1.1\r\nhost: example.com\r\nconnection: close\r\n\r\n")
  const answer = new TextDecoder().decode(await receiveAll(peer))
  const [, address, its] = JSON.parse(answer.split("\r\n\r\n")[1])
  assert.deepEqual([address, its], ["127.0.0.1", localPort])
  peer.destroy()
})
