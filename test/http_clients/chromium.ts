import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { writeFileSync } from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"
import { type Client, exists, run } from "./scene.ts"

/** Plays a film, jumps in it, and tells the server where it came to. */
const page = `<!doctype html><title>A film</title>
<video id="film" src="film.mp4" muted preload="metadata"></video>
<script>
const tell = (what) => fetch("/post", { method: "POST", body: JSON.stringify(what) })
const event = (name) => new Promise((resolve, reject) => {
  film.addEventListener(name, resolve, { once: true })
  film.addEventListener("error", () => reject(new Error(film.error?.message)), { once: true })
})
const play = async () => {
  if (film.readyState < 1) await event("loadedmetadata")
  const at = [film.duration]
  for (const to of [0, 50, 10, 40, 25]) {
    const sought = event("seeked")
    film.currentTime = to
    await sought
    await film.play()
    while (film.currentTime < to + 0.3) await new Promise((resolve) => setTimeout(resolve, 20))
    film.pause()
    at.push(film.currentTime)
  }
  return { at, frames: film.getVideoPlaybackQuality().totalVideoFrames }
}
play().then(tell, (failure) => tell({ failure: String(failure) }))
</script>
`

/** A browser plays a film of a minute, with seeks in both directions. */
export const chromium: Client = {
  name: "chromium",
  needs: ["chromium", "chromium"],
  async run(scene) {
    if (!exists("ffmpeg")) throw new Error("ffmpeg must make the film: apt-get install ffmpeg")
    const film = ["testsrc2=size=640x360:rate=25:duration=60,noise=alls=40:allf=t"]
    const coded = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "20", "-g", "25"]
    const shaped = ["-pix_fmt", "yuv420p", "-movflags", "+faststart", scene.at("film.mp4")]
    const quietly = ["-y", "-loglevel", "error"]
    await run(
      "ffmpeg",
      [...quietly, "-f", "lavfi", "-i", ...film, ...coded, ...shaped],
      undefined,
      encodingMillis,
    )
    writeFileSync(scene.at("film.html"), page)
    const browser = spawn("chromium", [
      ...["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
      ...["--autoplay-policy=no-user-gesture-required", `--user-data-dir=${scene.at("chromium")}`],
      scene.url("/files/film.html"),
    ], { stdio: "ignore", detached: true })
    const closed = once(browser, "close")
    try {
      const told = await untilPosted(() => scene.posted())
      assert.equal(told.result.failure, undefined)
      const [duration, ...at] = told.result.at
      assert.ok(Math.abs(duration - 60) < 1, `the film takes ${duration} s`)
      assert.equal(at.length, 5)
      assert.ok(told.result.frames > 10, `${told.result.frames} frames`)
      const partial = told.statuses.filter((status) => status === "206").length
      assert.ok(partial >= 3, `only ${partial} answers of 206`)
      return `played ${told.result.frames} frames at 0, 50, 10, 40 and 25 s of a film of 60 s; ` +
        `${partial} answers of 206`
    } finally {
      // Its helpers are in its group.
      if (browser.pid !== undefined) process.kill(-browser.pid, "SIGKILL")
      await closed
      await sleep(500)
    }
  },
}

interface Told {
  readonly result: { failure?: string; at: number[]; frames: number }
  readonly statuses: readonly string[]
}

async function untilPosted(ask: () => Promise<{ posted: string[] }>): Promise<Told> {
  for (let i = 0; i < 1200; i++) {
    const { posted } = await ask()
    const result = posted.find((text) => text.startsWith("{"))
    if (result !== undefined) return { result: JSON.parse(result), statuses: posted }
    await sleep(100)
  }
  throw new Error("the page has not told anything for two minutes")
}

/** It takes some seconds of CPU, which a busy machine has not got at once. */
const encodingMillis = 600_000
