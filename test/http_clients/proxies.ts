import assert from "node:assert/strict"
import { mkdirSync, writeFileSync } from "node:fs"
import { sha256 } from "../plain_peer.ts"
import { beside, type Client, freePort, type Scene } from "./scene.ts"

/** Asks for everything through a proxy at `port`, and compares the bytes. */
async function askThrough(port: number, { film, page }: Scene): Promise<string> {
  const ask = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init)
  const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer())
  for (let round = 0; round < 5; round++) {
    for (
      const [path, expected] of [
        ["/files/film.bin", film],
        ["/files/page.html", page],
        ["/cached", film],
        ["/stream", page],
      ] as const
    ) {
      const response = await ask(path)
      assert.equal(response.status, 200, path)
      assert.ok((await bytesOf(response)).equals(expected), `${path} has other bytes`)
    }
    const part = await ask("/files/film.bin", { headers: { range: "bytes=1000000-2999999" } })
    assert.equal(part.status, 206)
    assert.ok((await bytesOf(part)).equals(film.subarray(1_000_000, 3_000_000)), "another range")
    const uploaded = await ask("/upload", { method: "POST", body: film })
    assert.equal(await uploaded.text(), sha256(film))
    const body = new Blob([film]).stream()
    const streamed = await ask("/upload", { method: "POST", body, duplex: "half" } as RequestInit)
    assert.equal(await streamed.text(), sha256(film))
  }
  const head = await ask("/files/page.html", { method: "HEAD" })
  assert.equal(head.headers.get("content-length"), String(page.byteLength))
  const headers = { "if-none-match": head.headers.get("etag") ?? "" }
  assert.equal((await ask("/files/page.html", { headers })).status, 304)
  assert.equal((await ask("/files/nothing")).status, 404)
  const many = await Promise.all(Array.from({ length: 200 }, async () => {
    return await (await ask("/hello")).text()
  }))
  assert.ok(many.every((text) => text === "hello\n"))
  return "files, a cached body, streams, ranges, uploads, conditions, and 200 requests at once"
}

export const nginx: Client = {
  name: "nginx in front",
  needs: ["nginx", "nginx-light"],
  async run(scene) {
    const port = await freePort()
    const folder = scene.at("nginx")
    mkdirSync(folder)
    writeFileSync(
      `${folder}/conf`,
      `daemon off; pid ${folder}/pid; error_log ${folder}/errors; events {}
http {
  access_log off; client_max_body_size 100m;
  client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder};
  uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
  upstream zerowire { server 127.0.0.1:${scene.port}; keepalive 16; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://zerowire; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_request_buffering off;
    }
  }
}
`,
    )
    // As root its workers would be another user's, who may not read the folder.
    const user = process.getuid?.() === 0 ? ["-g", "user root;"] : []
    const args = ["-c", `${folder}/conf`, ...user]
    return await beside("nginx", args, port, () => askThrough(port, scene))
  },
}

export const haproxy: Client = {
  name: "haproxy in front",
  needs: ["haproxy", "haproxy"],
  async run(scene) {
    const port = await freePort()
    const conf = scene.at("haproxy.cfg")
    writeFileSync(
      conf,
      `defaults
  mode http
  timeout connect 10s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend in
  bind 127.0.0.1:${port}
  default_backend zerowire
backend zerowire
  server one 127.0.0.1:${scene.port}
`,
    )
    return await beside("haproxy", ["-db", "-f", conf], port, () => askThrough(port, scene))
  },
}

export const varnish: Client = {
  name: "varnish in front",
  needs: ["varnishd", "varnish"],
  async run(scene) {
    const port = await freePort()
    const vcl = scene.at("default.vcl")
    writeFileSync(
      vcl,
      `vcl 4.1;\nbackend default { .host = "127.0.0.1"; .port = "${scene.port}"; }\n`,
    )
    const work = ["-n", scene.at("varnish"), "-s", "malloc,64m", "-j", "none"]
    const args = ["-F", "-a", `127.0.0.1:${port}`, "-f", vcl, ...work]
    return await beside("varnishd", args, port, () => askThrough(port, scene))
  },
}
