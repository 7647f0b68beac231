import { clearTimeout, setTimeout } from "node:timers"
import { running } from "../server/running.ts"
import { Sampler } from "./figures.ts"

/**
 * The figures of all servers, one event every `interval` milliseconds, for as long as somebody reads. It ends
 * when a server stops, so that nobody waits for it.
 */
export function events(interval: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  const sampler = new Sampler()
  let first = true
  let timer: ReturnType<typeof setTimeout> | undefined
  let wake = () => {}
  return new ReadableStream({
    async pull(controller) {
      if (!first) {
        await new Promise<void>((resolve) => {
          wake = resolve
          timer = setTimeout(resolve, interval)
        })
      }
      if ([...running].some(({ closing }) => closing)) return controller.close()
      const figures = JSON.stringify(sampler.take(running))
      controller.enqueue(
        utf8.encode(first ? `retry: 2000\ndata: ${figures}\n\n` : `data: ${figures}\n\n`),
      )
      first = false
    },
    cancel() {
      clearTimeout(timer)
      wake()
    },
  }, { highWaterMark: 0 })
}

const utf8 = new TextEncoder()
