import { filesIn } from "./files.ts"
import type { Runtime, Scene } from "./gate.ts"
import { run } from "./process.ts"
import type { Verdict } from "./tally.ts"

/** Runs each example in each runtime. It must end by itself, with status 0. */
export async function examples(scene: Scene): Promise<readonly Verdict[]> {
  const verdicts = []
  for (const file of filesIn(["examples"], /^examples\/[^/]+\.ts$/)) {
    for (const runtime of scene.runtimes) verdicts.push(await runProgram(scene, runtime, file))
  }
  return verdicts
}

export async function runProgram(
  scene: Scene,
  runtime: Runtime,
  file: string,
  name = file,
): Promise<Verdict> {
  const { how, stdout, output } = await run(programIn(scene, runtime, file), { seconds: 60 })
  const title = `${name} in ${runtime}`
  if (how !== undefined) return { result: "failed", name: title, detail: `${how}\n${output}` }
  const skip = /^SKIP: (.+)$/m.exec(stdout)
  if (skip !== null) return { result: "skipped", name: title, detail: skip[1] }
  return { result: "passed", name: title }
}

/** The command that runs a file. */
export const programIn = (
  { bun, deno }: Scene,
  runtime: Runtime,
  file: string,
): readonly string[] => runtime === "bun" ? [bun, file] : [deno, "run", "--no-check", "-A", file]
