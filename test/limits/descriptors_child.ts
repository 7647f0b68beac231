/**
 * The accept loop of the README, in a process with few file descriptors: echoes each connection, after as
 * many milliseconds as the argument says. Prints its port, and ends when its standard input does. Run by
 * `descriptors_test.ts`.
 *
 * @module
 */
import process from "node:process"
import { listen } from "../../src/mod.ts"

// Deno opens descriptors for signals on first use, and crashes if there are none.
process.on("SIGHUP", () => {})

const listener = await listen({ hostname: "127.0.0.1", port: 0 })
process.stdin.on("end", () => listener.close()).resume()
process.stdout.write(`${listener.addr.port}\n`)
// Connections that arrive while the program is busy.
await new Promise((resolve) => setTimeout(resolve, Number(process.argv[2])))
for await (const socket of listener) {
  void socket.readable.pipeTo(socket.writable).then(() => socket.close())
}
