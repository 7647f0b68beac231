import { clearTimeout, setTimeout } from "node:timers"
import { running, whenClosing } from "../server/running.ts"
import { Sampler } from "./figures.ts"

/**
 * The figures of all servers, one event every `interval` milliseconds, for as long as somebody reads. It ends
 * when a server stops, so that nobody waits for it.
 */
export function events(interval: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  const sampler = new Sampler()
  let first = true
  let cancelled = false
  let wake = () => {}
  /** Its timer is not what keeps a process alive: the viewer's connection may. */
  async function pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, Math.min(interval, longest)).unref()
    whenClosing.add(wake = resolve)
    await promise
    whenClosing.delete(resolve)
    clearTimeout(timer)
  }
  return new ReadableStream({
    async pull(controller) {
      if (!first) await pause()
      if (cancelled) return
      if ([...running].some(({ closing }) => closing)) return controller.close()
      const figures = JSON.stringify(sampler.take(running))
      controller.enqueue(
        utf8.encode(first ? `retry: 2000\ndata: ${figures}\n\n` : `data: ${figures}\n\n`),
      )
      first = false
    },
    cancel() {
      cancelled = true
      wake()
    },
  }, { highWaterMark: 0 })
}

const utf8 = new TextEncoder()

/** Milliseconds of the longest timer. */
const longest = 2 ** 31 - 1
