import { writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { read } from "../method/foreign.ts"
import { messageOf } from "../rivals/source.mjs"

/** How nginx serves the files of a folder with `sendfile`, by one process. */
export interface Nginx {
  readonly command: readonly string[]
  readonly port: number
  /** Whether it listens. */
  readonly ready: () => boolean
}

/** Prepares a folder: `body` of so many bytes, and `small` of 1 KiB. */
export async function nginxIn(folder: string, bytes: number, address: string): Promise<Nginx> {
  writeFileSync(join(folder, "body"), messageOf(bytes))
  writeFileSync(join(folder, "small"), messageOf(1024))
  return await nginxOf(folder, folder, address)
}

/** Prepares a folder for what nginx writes. It serves the files of `root`. */
export async function nginxOf(folder: string, root: string, address: string): Promise<Nginx> {
  const port = await freePort()
  const config = join(folder, "nginx.conf")
  writeFileSync(config, configuration(folder, root, `${address}:${port}`))
  return {
    command: ["nginx", "-p", folder, "-e", "error.log", "-c", config],
    port,
    // It writes its process id when it listens.
    ready: () => read(join(folder, "pid")) !== "",
  }
}

function configuration(folder: string, root: string, listen: string): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/${name};`)
  return `
user root;
daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 16384; }
http {
  access_log off; sendfile on; tcp_nopush on;
  keepalive_requests 1000000000; keepalive_timeout 300;
  ${temporary.join("\n  ")}
  server { listen ${listen} backlog=4096; root ${root}; location = / { try_files /body =404; } }
}
`
}

/** One that is free here is free in the lab, too, where nobody else listens. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" ? address?.port ?? 0 : 0))
    })
  })
}
