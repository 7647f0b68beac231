/**
 * A file by nginx with `sendfile on`, one process. Its own CPU time counts, not that of this program.
 * Arguments: as of `measureServer`.
 *
 * @module
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { connect, createServer } from "node:net"
import { tmpdir } from "node:os"
import { basename, dirname, join } from "node:path"
import process from "node:process"
import { setTimeout } from "node:timers/promises"
import { measureServer } from "./served.mjs"

await measureServer(async (file) => {
  const folder = mkdtempSync(join(tmpdir(), "zerowire-nginx-"))
  const port = await freePort()
  writeFileSync(join(folder, "nginx.conf"), configuration(folder, dirname(file), port))
  const child = spawn(
    "nginx",
    ["-p", folder, "-e", "error.log", "-c", join(folder, "nginx.conf")],
    {
      stdio: "ignore",
    },
  )
  process.on("exit", () => {
    child.kill("SIGKILL")
    rmSync(folder, { recursive: true })
  })
  for (const giveUp = Date.now() + 20_000; !await answers(port); await setTimeout(20)) {
    if (child.exitCode !== null || Date.now() > giveUp) {
      throw new Error(`nginx does not serve: ${readFileSync(join(folder, "error.log"), "utf8")}`)
    }
  }
  return { port, path: `/${basename(file)}`, cpu: () => cpuOf(child.pid ?? 0) }
})

/**
 * @param {string} folder
 * @param {string} root
 * @param {number} port
 */
function configuration(folder, root, port) {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/${name};`)
  return `
daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 64; }
http {
  access_log off; sendfile on; tcp_nopush on;
  ${temporary.join("\n  ")}
  server { listen ${port}; root ${root}; }
}
`
}

async function freePort() {
  const server = createServer().listen(0)
  await once(server, "listening")
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address())
  server.close()
  await once(server, "close")
  return port
}

/**
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1")
    socket.on("connect", () => resolve(true)).on("error", () => resolve(false))
    socket.on("connect", () => socket.destroy())
  })
}

/**
 * The time that the only thread of a process has run, in nanoseconds (proc_pid_schedstat). Nearly all of it
 * is the kernel's; the ticks of proc_pid_stat(5) are too coarse to tell it apart.
 *
 * @param {number} pid
 */
function cpuOf(pid) {
  const [nanoseconds] = readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")
  return { userSeconds: 0, systemSeconds: Number(nanoseconds) / 1e9 }
}
