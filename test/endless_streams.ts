/**
 * Streams to send from, which tell a test of each read before it is answered.
 *
 * @module
 */

/** Fills any given buffer with `length` bytes at a time; without `bytes` it never ends. */
export function byteStream(
  bytes: Uint8Array | undefined,
  length: number,
  before: (view: Uint8Array) => unknown = () => {},
  cancel?: (reason: unknown) => void,
): ReadableStream<Uint8Array> {
  let at = 0
  return new ReadableStream({
    type: "bytes",
    async pull(controller) {
      const request = controller.byobRequest
      const view = request?.view as Uint8Array<ArrayBuffer>
      await before(view)
      const n = Math.min(length, view.byteLength, (bytes?.byteLength ?? Infinity) - at)
      if (bytes !== undefined) view.set(bytes.subarray(at, at + n))
      if (n === 0) controller.close()
      request?.respond(n)
      at += n
    },
    ...(cancel && { cancel }),
  })
}

/** The same in chunks, without an end. */
export function chunkStream(
  _: undefined,
  length: number,
  before: () => unknown = () => {},
  cancel?: (reason: unknown) => void,
): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      await before()
      controller.enqueue(new Uint8Array(length))
    },
    ...(cancel && { cancel }),
  })
}
