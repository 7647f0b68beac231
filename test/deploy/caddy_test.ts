import { execFileSync } from "node:child_process"
import { test } from "node:test"
import { checkProxy, servingAt } from "./behind.ts"
import { Program } from "./program.ts"
import { freePort, RecipeFolder } from "./recipe.ts"
import { needs } from "./tools.ts"

const { skip, why } = needs("caddy", "openssl")

test(`bytes come whole through deploy/caddy, and clients are known${why}`, {
  skip,
  timeout: 60_000,
}, async () => {
  using folder = new RecipeFolder()
  folder.certify()
  const path = folder.file("app.sock")
  const port = await freePort()
  const config = folder.copy("caddy/Caddyfile", {
    "/run/zerowire/app.sock": path,
    "example.com {":
      `{\n  admin off\n  auto_https off\n}\n\nhttps://example.com:${port} {\n  bind 127.0.0.1\n` +
      `  tls ${folder.certificate} ${folder.key}`,
  })
  const args = ["--config", config, "--adapter", "caddyfile"]
  execFileSync("caddy", ["validate", ...args], { stdio: "ignore" })
  await using _ = await servingAt(path, folder)
  await using _proxy = await Program.listening(port, "caddy", ["run", ...args])
  await checkProxy(folder, port)
})
