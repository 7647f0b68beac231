import assert from "node:assert/strict"
import { writeFileSync } from "node:fs"
import { test } from "node:test"
import { serverCommand } from "./file_server.ts"
import { Program } from "./program.ts"
import { freePort, RecipeFolder } from "./recipe.ts"

test("several processes of deploy/server.ts share a port", { timeout: 60_000 }, async () => {
  using folder = new RecipeFolder()
  writeFileSync(folder.file("small"), "hello")
  const port = await freePort()
  const variables = [`FILES=${folder.path}`, `PORT=${port}`, "REUSE_PORT=1"]
  const command = [...variables, ...serverCommand(folder.path)]
  await using first = await Program.saying(/Listening on/, "env", command)
  await using second = await Program.saying(/Listening on/, "env", command)
  for (let i = 0; i < 20; i++) {
    const response = await fetch(`http://127.0.0.1:${port}/small`, { keepalive: false })
    assert.equal(await response.text(), "hello")
  }
  await first.end()
  // The other one has all of it now.
  assert.equal(await (await fetch(`http://127.0.0.1:${port}/small`)).text(), "hello")
  await second.end()
})
