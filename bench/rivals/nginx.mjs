/**
 * A file by nginx with `sendfile on`, one process. Its own CPU time counts, not that of this program.
 * Arguments: as of `measureServer`.
 *
 * @module
 */
import { spawn } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, dirname, join } from "node:path"
import process from "node:process"
import { setTimeout } from "node:timers/promises"
import { nginxOf } from "../peers/nginx.ts"
import { measureServer } from "./served.mjs"

await measureServer(async (file) => {
  const folder = mkdtempSync(join(tmpdir(), "zerowire-nginx-"))
  // The client is at the other end of the link.
  const { command, port, ready } = await nginxOf(folder, dirname(file), "0.0.0.0")
  const [name, ...args] = command
  const child = spawn(name, args, { stdio: "ignore" })
  process.on("exit", () => {
    child.kill("SIGKILL")
    rmSync(folder, { recursive: true })
  })
  for (const giveUp = Date.now() + 20_000; !ready(); await setTimeout(20)) {
    if (child.exitCode !== null || Date.now() > giveUp) {
      throw new Error(`nginx does not serve: ${readFileSync(join(folder, "error.log"), "utf8")}`)
    }
  }
  return { port, path: `/${basename(file)}`, cpu: () => cpuOf(child.pid ?? 0) }
})

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
