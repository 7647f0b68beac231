import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { connect } from "node:net"
import { join } from "node:path"
import process from "node:process"
import { test } from "node:test"
import { pattern, receiveAll } from "../plain_peer.ts"
import { serverCommand } from "./file_server.ts"
import { Program } from "./program.ts"
import { freePort, RecipeFolder } from "./recipe.ts"
import { needs } from "./tools.ts"

{
  const { skip, why } = needs("systemd-analyze")
  test(`systemd understands the units of deploy/systemd${why}`, { skip, timeout: 60_000 }, () => {
    using folder = new RecipeFolder()
    const program = serverCommand("/srv/files").join(" ")
    const units = [
      folder.copy("systemd/zerowire.socket", {}),
      folder.copy("systemd/zerowire.service", { "/usr/local/bin/bun /srv/app/server.ts": program }),
    ]
    // It warns on its standard error of what it does not know, and ends with 0.
    const said = execFileSync("sh", ["-c", 'systemd-analyze verify "$@" 2>&1', "sh", ...units])
    assert.equal(said.toString(), "")
  })
}

{
  const { skip, why } = needs("systemd-socket-activate")
  test(`deploy/server.ts serves on a socket that systemd has opened${why}`, {
    skip,
    timeout: 60_000,
  }, async () => {
    using folder = new RecipeFolder()
    const bytes = pattern(8 * 1024 * 1024)
    writeFileSync(join(folder.path, "file.bin"), bytes)
    const port = await freePort()
    const environment = [`FILES=${folder.path}`, `HOME=${process.env.HOME ?? "/"}`]
      .flatMap((variable) => ["-E", variable])
    const listening = ["-l", `127.0.0.1:${port}`, ...environment]
    const command = "systemd-socket-activate"
    await using program = await Program.listening(port, command, [
      ...listening,
      ...serverCommand(folder.path),
    ])
    const response = await fetch(`http://127.0.0.1:${port}/file.bin`)
    assert.deepEqual(await response.bytes(), bytes)
    await program.end()
    assert.match(program.said, /SIGTERM: ending/)
  })

  test(`deploy/server.ts serves a proxy on a path that systemd has opened${why}`, {
    skip,
    timeout: 60_000,
  }, async () => {
    using folder = new RecipeFolder()
    writeFileSync(folder.file("file"), "hello")
    const path = folder.file("app.sock")
    const environment = [`FILES=${folder.path}`, "PROXIES=unix", `HOME=${process.env.HOME ?? "/"}`]
      .flatMap((variable) => ["-E", variable])
    const args = ["-l", path, ...environment, ...serverCommand(folder.path, path)]
    await using _ = await Program.saying(/Listening on/, "systemd-socket-activate", args)
    const peer = connect({ path, allowHalfOpen: true })
    const lines = ["GET /file HTTP/1.1", "host: a", "x-forwarded-for: 192.0.2.1"]
    peer.write([...lines, "connection: close", "", ""].join("\r\n"))
    const answer = new TextDecoder().decode(await receiveAll(peer))
    assert.match(answer, /^HTTP\/1\.1 200 [^]*\r\n\r\nhello$/)
    peer.destroy()
  })
}
