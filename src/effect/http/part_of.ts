/** `length` bytes of a stream, from `start` on. It reads no more of the stream than that. */
export function partOf(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  start: number,
  length: number,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader()
  let skip = start
  let left = length
  return new ReadableStream({
    async pull(controller) {
      for (;;) {
        const { value } = left > 0 ? await reader.read() : { value: undefined }
        if (value === undefined) {
          await reader.cancel()
          return controller.close()
        }
        const part = value.subarray(skip, skip + left)
        skip = Math.max(0, skip - value.byteLength)
        left -= part.byteLength
        if (part.byteLength > 0) return controller.enqueue(part)
      }
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 })
}
