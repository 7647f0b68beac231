// deno-lint-ignore-file no-console
/**
 * Asks nginx, and writes its answers to `nginx.json`. Run by hand after a change of `cases.ts`, on a host
 * that has nginx (Debian: `apt-get install nginx-light`):
 *
 *     node_modules/.bin/bun test/http_files/ask_nginx_main.ts
 *
 * @module
 */
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { writeFileSync } from "node:fs"
import { type AddressInfo, createServer } from "node:net"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { ask, type Reply } from "./ask.ts"
import { cases } from "./cases.ts"
import { ServedFolder } from "./files.ts"
import { askWithTags } from "./tags.ts"

using folder = new ServedFolder()
const port = await freePort()
const conf = join(folder.path, "nginx.conf")
writeFileSync(
  conf,
  `
daemon off; pid ${folder.path}/pid; error_log ${folder.path}/errors; events {}
http {
  include /etc/nginx/mime.types; default_type application/octet-stream;
  access_log off; charset utf-8; sendfile on; absolute_redirect off; server_tokens off;
  client_body_temp_path ${folder.path}; proxy_temp_path ${folder.path};
  fastcgi_temp_path ${folder.path}; uwsgi_temp_path ${folder.path}; scgi_temp_path ${folder.path};
  server {
    listen 127.0.0.1:${port}; root ${folder.root}; index index.html;
    gzip_static on; gzip_vary on;
    location ~ /\\. { return 404; }
  }
}
`,
)
const [, version] = spawnSync("nginx", ["-v"], { encoding: "utf8" }).stderr.split(": ")
// As root its workers would be another user's, who may not read the folder.
const user = process.getuid?.() === 0 ? ["-g", "user root;"] : []
const nginx = spawn("nginx", ["-c", conf, ...user], { stdio: "inherit" })
let hasEnded = false
const ended = once(nginx, "exit").then(() => hasEnded = true)
try {
  while (!await ask(port, { path: "/" }).then(() => true, () => false)) {
    if (hasEnded) throw new Error("nginx ended before it answered: its message is above")
    await setTimeout(50)
  }
  const replies: Record<string, Reply> = {}
  for (const one of cases) {
    replies[one.name] = await askWithTags(one, (question) => ask(port, question))
  }
  const path = new URL("nginx.json", import.meta.url)
  writeFileSync(path, `${JSON.stringify({ version: version.trim(), replies }, null, 2)}\n`)
  console.log(`${cases.length} answers of ${version.trim()}`)
} finally {
  nginx.kill()
  await ended
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, "close")
  return port
}
