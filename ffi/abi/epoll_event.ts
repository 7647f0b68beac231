import { architecture } from "./architecture.ts"

/** Bytes of one `struct epoll_event`. */
export const eventBytes: number = architecture.epollEventBytes

/** Offset of the lower half of `data`; the upper half is never used. */
export const eventDataOffset: number = architecture.epollDataOffset

/** Writes the event at the start of `memory`: the interest and a tag that comes back with it. */
export function writeEvent(memory: ArrayBuffer, events: number, tag: number): void {
  const view = new DataView(memory)
  view.setUint32(0, events, true)
  view.setUint32(eventDataOffset, tag, true)
  view.setUint32(eventDataOffset + 4, 0, true)
}
