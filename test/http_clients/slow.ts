import assert from "node:assert/strict"
import { setTimeout as sleep } from "node:timers/promises"
import { type Client, run, type Scene } from "./scene.ts"

const common = ["-c", "200", "-r", "100", "-i", "3", "-l", "15", "-p", "10"]

const modes: readonly (readonly [name: string, args: readonly string[], path: string])[] = [
  ["slow heads", ["-H"], "/hello"],
  ["slow bodies", ["-B", "-s", "8192"], "/upload"],
  ["slow reading", ["-X", "-w", "1", "-y", "64", "-n", "3", "-z", "16"], "/cached"],
  ["ranges", ["-R"], "/files/film.bin"],
]

/** slowhttptest's four modes, while others ask and must be answered. */
export const slowhttptest: Client = {
  name: "slowhttptest",
  needs: ["slowhttptest", "slowhttptest"],
  async run(scene) {
    const seen: string[] = []
    for (const [name, args, path] of modes) {
      let over = false
      const attack = run("slowhttptest", [...args, ...common, "-u", scene.url(path)])
      const attacking = attack.finally(() => over = true)
      attacking.catch(() => {})
      const { answers, slowest, most } = await askUntil(scene, () => over)
      const text = (await attacking).stdout.toString()
      assert.match(text, /service available:[^A-Z]*YES/, text.slice(-1500))
      assert.ok(answers > 0)
      const open = await untilClosed(scene)
      seen.push(
        `${name}: ${answers} answers meanwhile, the slowest after ${slowest} ms, at most ${most} ` +
          `connections, ${open} left`,
      )
    }
    return seen.join("; ")
  },
}

/** Asks again and again, and counts what was answered. */
async function askUntil(scene: Scene, over: () => boolean) {
  let answers = 0
  let slowest = 0
  let most = 0
  while (!over()) {
    const begun = performance.now()
    const response = await fetch(scene.url("/hello"), { signal: AbortSignal.timeout(30_000) })
    assert.equal(await response.text(), "hello\n")
    slowest = Math.max(slowest, Math.round(performance.now() - begun))
    if (answers++ % 10 === 0) most = Math.max(most, (await scene.posted()).connections)
    await sleep(50)
  }
  return { answers, slowest, most }
}

/** Waits until no connection but our own is open. Rejects if they stay. */
async function untilClosed(scene: Scene): Promise<number> {
  let open = 0
  for (let i = 0; i < 300; i++) {
    open = (await scene.posted()).connections
    if (open <= mostOfOurs) return open
    await sleep(100)
  }
  throw new Error(`${open} connections are open half a minute after the attack`)
}

/** Those that `fetch` keeps alive. */
const mostOfOurs = 8
