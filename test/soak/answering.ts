import { type DirectListener, listen } from "../../src/mod.ts"

/** Answers each byte with the same one, by handlers, while streams go on beside it. */
export const answer = (hostname: string): Promise<DirectListener> =>
  listen({
    hostname,
    port: 0,
    // A client that asks nothing for so long has lost its connection.
    idleTimeout: 120_000,
    socket: {
      data(socket, bytes) {
        const taken = socket.write(bytes)
        if (taken === bytes.byteLength) return
        socket.unread(bytes.subarray(taken))
        socket.pause()
      },
      drain: (socket) => socket.resume(),
      // Some clients reset their connections.
      error() {},
    },
  })
