import { execFileSync } from "node:child_process"
import { test } from "node:test"
import { checkProxy, servingAt } from "./behind.ts"
import { Program } from "./program.ts"
import { freePort, RecipeFolder } from "./recipe.ts"
import { needs } from "./tools.ts"

const { skip, why } = needs("nginx", "openssl")

test(`bytes come whole through deploy/nginx, and clients are known${why}`, {
  skip,
  timeout: 60_000,
}, async () => {
  using folder = new RecipeFolder()
  folder.certify()
  const path = folder.file("app.sock")
  const port = await freePort()
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder.file(name)};`)
  const config = folder.copy("nginx/nginx.conf", {
    "/run/zerowire/app.sock": path,
    "/etc/ssl/example.com/fullchain.pem": folder.certificate,
    "/etc/ssl/example.com/privkey.pem": folder.key,
    "listen 443": `listen 127.0.0.1:${port}`,
    "http {": `http { access_log off; ${temporary.join(" ")}`,
  })
  const globals = `pid ${folder.file("pid")}; error_log stderr; daemon off; master_process off;`
  execFileSync("nginx", ["-t", "-q", "-c", config, "-g", globals], { stdio: "inherit" })
  await using _ = await servingAt(path, folder)
  await using _proxy = await Program.listening(port, "nginx", ["-c", config, "-g", globals])
  await checkProxy(folder, port)
})
