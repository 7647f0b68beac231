import assert from "node:assert/strict"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { parseAllDocuments } from "yaml"
import { pattern } from "../plain_peer.ts"
import { serverCommand } from "./file_server.ts"
import { Program } from "./program.ts"
import { freePort, RecipeFolder } from "./recipe.ts"
import { needs } from "./tools.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const read = (file: string) => readFileSync(join(root, "deploy/container", file), "utf8")

test("the image is made of files that are here, and starts one of them", () => {
  const lines = read("Dockerfile").split("\n")
  const copied = lines.flatMap((line) => /^COPY (\S+) /.exec(line)?.[1] ?? [])
  assert.deepEqual(copied, ["deploy/container/package.json", "deploy/server.ts"])
  for (const file of copied) assert.ok(existsSync(join(root, file)), file)
  assert.ok(lines.includes('CMD ["bun", "server.ts"]'))
  const { dependencies } = JSON.parse(read("package.json"))
  const { name } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  assert.deepEqual(Object.keys(dependencies), [name])
})

test("the manifest is YAML, and its parts find each other", () => {
  const [deployment, service] = parseAllDocuments(read("kubernetes.yaml")).map((document) => {
    assert.deepEqual([...document.errors, ...document.warnings], [])
    return document.toJS()
  })
  const { template, selector } = deployment.spec
  const [container] = template.spec.containers
  assert.deepEqual(selector.matchLabels, template.metadata.labels)
  assert.deepEqual(service.spec.selector, template.metadata.labels)
  const { containerPort } = container.ports[0]
  assert.match(read("Dockerfile"), new RegExp(`^EXPOSE ${containerPort}$`, "m"))
  assert.equal(service.spec.ports[0].targetPort, containerPort)
  assert.equal(container.readinessProbe.tcpSocket.port, containerPort)
  const shutdown = /deadline: (\d+)_000 /.exec(readFileSync(join(root, "deploy/server.ts"), "utf8"))
  const [, before] = container.lifecycle.preStop.exec.command
  assert.ok(template.spec.terminationGracePeriodSeconds > Number(before) + Number(shutdown?.[1]))
})

const { skip, why } = needs("setpriv", "prlimit")
const unprivileged = process.geteuid?.() === 0
  ? why
  : " (skipped: only root has capabilities to drop)"

test(`files are served without any capability, and with 64 KiB of locked memory${unprivileged}`, {
  skip: skip || unprivileged !== "",
  timeout: 60_000,
}, async () => {
  using folder = new RecipeFolder()
  const bytes = pattern(8 * 1024 * 1024)
  writeFileSync(folder.file("file.bin"), bytes)
  const port = await freePort()
  await using program = await Program.listening(port, "env", [
    ...[`FILES=${folder.path}`, `PORT=${port}`],
    ...["prlimit", "--memlock=65536:65536"],
    ...["setpriv", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"],
    ...serverCommand(folder.path),
  ])
  const ofProcess = (file: string) => readFileSync(`/proc/${program.pid}/${file}`, "utf8")
  assert.match(ofProcess("status"), /^CapEff:\t0+$/m)
  assert.match(ofProcess("limits"), /^Max locked memory +65536 +65536 /m)
  const response = await fetch(`http://127.0.0.1:${port}/file.bin`)
  assert.deepEqual(await response.bytes(), bytes)
})
