import { spawnSync } from "node:child_process"
import { mkdirSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { npm } from "../ready.mjs"
import type { Runtime, Scene } from "./gate.ts"
import { flawOfServing } from "./package_serve.ts"
import { check, run } from "./process.ts"
import { type Verdict, verdictOf } from "./tally.ts"

/** Starts the command of the package that is installed in `folder`, in each way in which users start it. */
export async function startCommand(scene: Scene, folder: string): Promise<readonly Verdict[]> {
  const there = { cwd: folder }
  const file = join(folder, "in_one_file")
  const cli = "node_modules/zerowire/dist/src/cli.js"
  const built = await run([scene.bun, "build", "--compile", cli, "--outfile", file], there)
  const withBun = onlyWith(scene, folder, "bun")
  const withDeno = onlyWith(scene, folder, "deno")
  const ways: readonly Way[] = [
    // npx is npm exec.
    {
      name: "npx, with Bun",
      runtime: "bun",
      command: [...withBun, ...npm(), "exec", "--", "zerowire"],
    },
    {
      name: "npx, with Deno",
      runtime: "deno",
      command: [...withDeno, ...npm(), "exec", "--", "zerowire"],
    },
    { name: "bunx", runtime: "bun", command: [...withBun, scene.bun, "x", "zerowire"] },
    {
      name: "deno run",
      runtime: "deno",
      command: [scene.deno, "run", "-A", "--quiet", "npm:zerowire"],
    },
    { name: "one file", runtime: "bun", command: [file] },
  ]
  const verdicts = [verdictOf("bun build --compile of the command", built.how && built.output)]
  for (const { name, runtime, command } of ways) {
    const { stdout, output } = await run([...command, "doctor", "--json"], there)
    verdicts.push(verdictOf(`zerowire doctor by ${name}`, problemOf(stdout, runtime, output)))
  }
  // Its receiver is the same file, started as Bun.
  const bench = [file, "bench", "--rounds", "1", "--bytes", "64KiB"]
  return [
    ...verdicts,
    await check("zerowire bench by one file", bench, there),
    verdictOf("zerowire serve by one file", await flawOfServing(file, folder)),
  ]
}

interface Way {
  readonly name: string
  /** The runtime in which it must run. */
  readonly runtime: Runtime
  readonly command: readonly string[]
}

/** Whether the doctor has run in this runtime. Its status depends on the machine. */
function problemOf(stdout: string, runtime: Runtime, output: string): string | undefined {
  try {
    const { findings } = JSON.parse(stdout)
    const found = findings.find(({ subject }: { subject: string }) => subject === "runtime")
    return found.details.runtime === runtime ? undefined : `It ran in ${found.details.runtime}`
  } catch {
    return output
  }
}

const where = (name: string): string =>
  spawnSync("sh", ["-c", 'command -v "$1"', "sh", name], { encoding: "utf8" }).stdout.trim()

/** Sets PATH to a folder that has this runtime, and what npm needs. */
function onlyWith(scene: Scene, folder: string, runtime: Runtime): readonly string[] {
  const bin = join(folder, `with_${runtime}`)
  mkdirSync(bin, { recursive: true })
  const programs = {
    [runtime]: scene[runtime],
    node: where("node"),
    npm: where("npm"),
    sh: "/bin/sh",
  }
  for (const [name, path] of Object.entries(programs)) {
    if (path) symlinkSync(path, join(bin, name))
  }
  return ["/usr/bin/env", `PATH=${bin}`]
}
