import { createSlab, type Socket } from "../../src/mod.ts"

/** Sends this many chunks, and returns when the kernel has accepted them. */
export type Send = (chunks: number) => Promise<void>

/**
 * The measured ways of sending. Their own objects, such as chunks, are created beforehand if possible;
 * but a taken buffer cannot be sent twice.
 */
export const ways: Readonly<Record<string, (socket: Socket) => Send>> = {
  "send(lease)": (socket) => {
    const slab = createSlab({ slotBytes: chunkBytes, slots: 256 })
    return async (chunks) => {
      for (let i = 0; i < chunks; i++) {
        const lease = await slab.lease()
        socket.send(lease, chunkBytes)
      }
      await slabIsFree(slab)
    }
  },
  "write": (socket) => {
    const writer = socket.writable.getWriter()
    const chunk = new Uint8Array(chunkBytes)
    return async (chunks) => {
      for (let i = 0; i < chunks; i++) await writer.write(chunk)
    }
  },
  "pipeTo": (socket) => {
    const chunk = new Uint8Array(chunkBytes)
    return async (chunks) => {
      let left = chunks
      const source = new ReadableStream<Uint8Array>({
        pull: (controller) => left-- > 0 ? controller.enqueue(chunk) : controller.close(),
      })
      await source.pipeTo(socket.writable, { preventClose: true })
    }
  },
}

async function slabIsFree(slab: { readonly leased: number }): Promise<void> {
  while (slab.leased > 0) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** Small, so that all counts stay below 2^31: V8 puts larger numbers on the heap, 12 bytes each time. */
const chunkBytes = 16_384
